import { clockTime, formatter } from '../words/ages'
import type { Stretch } from './position'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const steps = [minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day]

/** Milliseconds by which clocks in the zone are ahead of UTC at an instant. */
function ahead(at: number, zone: string): number {
  const parts = formatter(zone, 'parts').formatToParts(at)
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'))
  return local - Math.floor(at / minute) * minute
}

/** Round times along a stretch, at most so many, with their words. */
export function ticks({ from, to }: Stretch, zone: string, most: number): { at: number; words: string }[] {
  const step = steps.find((s) => (to - from) / s <= most) ?? to - from
  const shift = ahead(to, zone)
  const found: { at: number; words: string }[] = []
  for (let at = Math.ceil((from + shift) / step) * step - shift; at <= to; at += step) {
    const midnight = (at + shift) % day === 0
    const words = step >= day || midnight ? formatter(zone, 'shortDate').format(at) : clockTime(at, zone)
    found.push({ at, words })
  }
  return found
}
