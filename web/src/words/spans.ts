/** "5 minutes", "1 hour", "90 seconds". */
export function durationWords(ms: number): string {
  const several = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
  if (ms % 3_600_000 === 0) return several(ms / 3_600_000, 'hour')
  if (ms % 60_000 === 0) return several(ms / 60_000, 'minute')
  return several(ms / 1000, 'second')
}

/** The days of the week as rules name them. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const dayNames: Record<string, string> = {
  mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday',
}

/** The name of a day of the week. */
export const dayName = (day: string) => dayNames[day] ?? day

/** "every day", "every weekday", "on Monday and Friday". */
export function daysWords(days: readonly string[] | null | undefined): string {
  const set = weekdays.filter((day) => days?.includes(day))
  if (set.length === 0 || set.length === 7) return 'every day'
  if (set.join() === 'mon,tue,wed,thu,fri') return 'every weekday'
  if (set.join() === 'sat,sun') return 'at the weekend'
  return `on ${listed(set.map(dayName), 'and')}`
}

/** "a, b and c". */
export function listed(words: readonly string[], link: 'and' | 'or'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${link} ${words.at(-1) ?? ''}`
}

/** "20 minutes before sunset". */
export function sunWords(event: string, offset = 0): string {
  if (offset === 0) return event === 'sunset' ? 'the sun sets' : 'the sun rises'
  return `it is ${durationWords(Math.abs(offset) * 60_000)} ${offset < 0 ? 'before' : 'after'} ${event}`
}
