import type { Event } from '../api/types'

/** A place in the past: the instant that is shown and the last event before or at it. */
export interface Position {
  seq: number
  /** Unix milliseconds. */
  at: number
}

/** Playing on from a position came to this. */
export interface Step {
  position: Position
  /** The next event is not loaded yet: the film waits. */
  starved: boolean
}

/** A quiet stretch that would last longer than this on the screen is skipped. */
export const longestQuiet = 1200
/** What is left of it, so that one sees what comes. */
const shortestQuiet = 400

const recordedAt = (event: Event) => Date.parse(event.recorded_at)

/** The last event at or before an instant, in events sorted by seq; -1 when all are later. */
export function indexAt(events: readonly Event[], at: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    const event = events[middle]
    if (event && recordedAt(event) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

/**
 * Plays on for so many milliseconds on the screen. Events must begin at or
 * before the position and be in order.
 */
export function advance(position: Position, events: readonly Event[], ms: number, speed: number, head: number): Step {
  const next = events.find((event) => event.seq === position.seq + 1)
  if (!next) return { position, starved: position.seq < head }
  let at = position.at + ms * speed
  const wait = (recordedAt(next) - position.at) / speed
  if (wait > longestQuiet) at = Math.max(at, recordedAt(next) - shortestQuiet * speed)
  let seq = position.seq
  for (const event of events) {
    if (event.seq === seq + 1 && recordedAt(event) <= at) seq = event.seq
  }
  const last = events.at(-1)
  // Beyond the last loaded event nobody knows yet what happened.
  if (last?.seq === seq && seq < head) at = Math.max(recordedAt(last), position.at)
  return { position: { seq, at }, starved: false }
}

/** A stretch of time on the strip, in Unix milliseconds. */
export interface Stretch {
  from: number
  to: number
}

/** How much of the past the strip shows. */
export const spans = [
  { label: 'Second', ms: 1000 },
  { label: 'Minute', ms: 60_000 },
  { label: 'Hour', ms: 3_600_000 },
  { label: 'Day', ms: 86_400_000 },
  { label: 'Week', ms: 7 * 86_400_000 },
  { label: 'Month', ms: 30 * 86_400_000 },
  { label: 'Year', ms: 365 * 86_400_000 },
  { label: 'All', ms: Infinity },
] as const

/** The shortest stretch that is shown. */
const shortest = 1000

/** What "All" shows at least, for a home that has just begun. */
const shortestLife = 60_000

/** The stretch of the chosen length around an instant, within the life of the home. */
export function stretchAround(at: number, span: number, since: number, now: number): Stretch {
  const life = Math.max(now - since, shortestLife)
  const length = Math.max(Math.min(span, life), shortest)
  const to = Math.min(now, Math.max(at + length / 2, since + length))
  return { from: to - length, to }
}

/** A stretch so many times as long, in which an instant lies at the same place of the screen. */
export function zoomed({ from, to }: Stretch, factor: number, around: number): Stretch {
  const length = Math.max((to - from) * factor, shortest)
  const start = around - ((around - from) / (to - from)) * length
  return { from: start, to: start + length }
}

/** Whether an instant lies in a stretch. */
export const within = (at: number, { from, to }: Stretch) => at >= from && at <= to

interface Bucketed {
  from: string
  to: string
  buckets: readonly { first_seq: number; count: number }[]
}

/** How long each part is, in milliseconds: parts of a second are no whole ones. */
export const partOf = ({ from, to, buckets }: Bucketed) => (Date.parse(to) - Date.parse(from)) / Math.max(1, buckets.length)

/** About which event was the last at an instant, from how many lie in each part. */
export function guessSeq(density: Bucketed, at: number): number {
  const exact = (at - Date.parse(density.from)) / partOf(density)
  const index = Math.floor(exact)
  let last = 0
  let first = 0
  for (const [i, bucket] of density.buckets.entries()) {
    if (bucket.count === 0) continue
    if (first === 0) first = bucket.first_seq
    if (i > index) break
    last = bucket.first_seq + (i === index ? Math.floor(bucket.count * (exact - index)) : bucket.count) - 1
  }
  return Math.max(1, last === 0 ? first - 1 : last)
}
