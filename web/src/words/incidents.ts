import { clockSeconds, dayKey, dayWords } from './ages'

/** From when to when: "Saturday 3 May, 14:02:11 to 14:05:00". */
export function stretchWords(from: number, to: number, zone: string): string {
  const time = (at: number) => clockSeconds(at, zone)
  if (dayKey(from, zone) === dayKey(to, zone)) return `${dayWords(from, zone)}, ${time(from)} to ${time(to)}`
  return `${dayWords(from, zone)}, ${time(from)} to ${dayWords(to, zone)}, ${time(to)}`
}

/** How many events: "1 event", "1,200 events". */
export const eventsWords = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}`

/** How long a link can be good, in hours. */
export const shareFor = [
  { value: '1', label: 'an hour' },
  { value: '24', label: 'a day' },
  { value: '168', label: 'a week' },
  { value: '720', label: '30 days' },
]
