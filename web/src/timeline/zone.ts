import { formatter } from '../words/ages'

const minute = 60_000

/** Milliseconds by which clocks in the zone are ahead of UTC at an instant. */
export function ahead(at: number, zone: string): number {
  const parts = formatter(zone, 'parts').formatToParts(at)
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'))
  return local - Math.floor(at / minute) * minute
}

/** What a field for a date and a time holds at an instant: 2026-05-03T14:02:11, in the home's zone. */
export const localText = (at: number, zone: string) => new Date(at + ahead(at, zone)).toISOString().slice(0, 19)

/** The instant that such a field means; null when it holds none. An hour that comes twice is its first. */
export function localInstant(text: string, zone: string): number | null {
  const local = Date.parse(`${text}Z`)
  if (Number.isNaN(local)) return null
  const near = local - ahead(local, zone)
  const found = [local - ahead(near - 3_600_000, zone), local - ahead(near + 3_600_000, zone)]
  return found.find((at) => at + ahead(at, zone) === local) ?? Math.max(...found)
}
