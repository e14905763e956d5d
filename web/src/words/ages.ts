const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

// Making a formatter takes far longer than using it, and a page tells hundreds of times.
const formatters = new Map<string, Intl.DateTimeFormat>()

/** The formatter of a kind of time in a zone; the kinds are few and the zone is the home's. */
export function formatter(zone: string, kind: keyof typeof kinds): Intl.DateTimeFormat {
  const key = `${zone} ${kind}`
  const held = formatters.get(key)
  if (held) return held
  const made = make(zone, kinds[kind])
  formatters.set(key, made)
  return made
}

function make(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', options) // a zone this browser does not know
  }
}

const twoDigits = '2-digit' as const
const kinds = {
  minutes: { hour: twoDigits, minute: twoDigits },
  seconds: { hour: twoDigits, minute: twoDigits, second: twoDigits },
  millis: { hour: twoDigits, minute: twoDigits, second: twoDigits, fractionalSecondDigits: 3 },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  shortDate: { day: 'numeric', month: 'short' },
  hour: { hour: twoDigits, hourCycle: 'h23' },
  parts: { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

/** 14:02 in the home's time zone. */
export const clockTime = (ms: number, zone: string) =>
  formatter(zone, 'minutes').format(ms)

/** 14:02:11 in the home's time zone. */
export const clockSeconds = (ms: number, zone: string) =>
  formatter(zone, 'seconds').format(ms)

/** 14:02:11.042: for the steps of a command. */
export const clockMillis = (ms: number, zone: string) =>
  formatter(zone, 'millis').format(ms)

/** Saturday 3 May. */
export const dayWords = (ms: number, zone: string) =>
  formatter(zone, 'day').format(ms).replace(',', '')

/** 3 May 2026: equal exactly for times of one day in the home. */
export const dayKey = (ms: number, zone: string) =>
  formatter(zone, 'date').format(ms)

/** The hour of the day in the home, 0 to 23. */
export const hourOf = (ms: number, zone: string) => Number(formatter(zone, 'hour').format(ms))

/** When something was, as short as it can be told from now: 14:02, yesterday 14:02, 3 May 14:02. */
export function moment(ms: number, now: number, zone: string): string {
  const time = clockTime(ms, zone)
  if (dayKey(ms, zone) === dayKey(now, zone)) return time
  if (dayKey(ms, zone) === dayKey(now - day, zone)) return `yesterday ${time}`
  return `${formatter(zone, 'shortDate').format(ms)} ${time}`
}

/** How long ago: just now, 20 sec ago, 3 min ago, 2 hours ago, 5 days ago. */
export function age(ms: number, now: number): string {
  const passed = Math.max(0, now - ms)
  if (passed < 5 * second) return 'just now'
  return `${span(passed)} ago`
}

/** A length of time in its largest unit: 40 sec, 3 min, 2 hours, 5 days. */
export function span(ms: number): string {
  if (ms < minute) return `${Math.floor(ms / second)} sec`
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  return ms < day ? several(Math.floor(ms / hour), 'hour') : several(Math.floor(ms / day), 'day')
}

const several = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

/** The time between two steps of a command: 42 ms, 1.3 sec, 2 min. */
export function delay(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < minute) return `${(ms / second).toFixed(1)} sec`
  return span(ms)
}

/** Time left until something ends: 9:59. */
export function countdown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / second))
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}
