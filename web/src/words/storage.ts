import type { Storage } from '../api/types'

const marks = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes as a person reads them: 812 bytes, 4.2 MB, 12 GB. */
export function bytesWords(bytes: number): string {
  let value = bytes
  let index = 0
  while (value >= 999.5 && index < marks.length - 1) {
    value /= 1000
    index += 1
  }
  const digits = index > 0 && value < 9.95 ? 1 : 0
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${marks[index]}`
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
const month = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** How much there is, and since when. */
export const storedWords = (storage: Storage) =>
  `${storage.events.toLocaleString('en')} events since ${day.format(new Date(storage.first_at))}, about ${bytesWords(storage.bytes)}.`

/** How much there will be, and what is promised of the oldest. */
export const expectedWords = (storage: Storage) =>
  `In a year about ${bytesWords(storage.expected.bytes)}, if it goes on like this. ` +
  `The oldest is kept until ${day.format(new Date(storage.kept_until))} at least; nothing is dropped before it is thirteen months old.`

/** For how long events are kept. */
export const keepWords = (months: number) =>
  months === 0 ? 'for ever' : months % 12 === 0 ? `for ${months / 12} ${months === 12 ? 'year' : 'years'}` : `for ${months} months`

/** What one month brought. */
export const monthWords = (one: Storage['months'][number]) =>
  `${month.format(new Date(one.from))}: ${one.events.toLocaleString('en')} events, ${bytesWords(one.bytes)}`
