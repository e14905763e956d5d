import { clockMillis, clockSeconds, clockTime, formatter } from '../words/ages'
import type { Stretch } from './position'
import { ahead } from './zone'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  second / 10, second / 5, second / 2, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute,
  5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day,
]

/** Round times along a stretch, at most so many, with their words. */
export function ticks({ from, to }: Stretch, zone: string, most: number): { at: number; words: string }[] {
  const step = steps.find((s) => (to - from) / s <= most) ?? to - from
  const shift = ahead(to, zone)
  const found: { at: number; words: string }[] = []
  for (let at = Math.ceil((from + shift) / step) * step - shift; at <= to; at += step) {
    const midnight = (at + shift) % day === 0
    const words = step >= day || midnight ? formatter(zone, 'shortDate').format(at) : clockWords(at, step, zone)
    found.push({ at, words })
  }
  return found
}

/** The time of a tick, as fine as the ticks are apart. */
function clockWords(at: number, step: number, zone: string): string {
  if (step < second) return clockMillis(at, zone).slice(-6)
  return step < minute ? clockSeconds(at, zone) : clockTime(at, zone)
}
