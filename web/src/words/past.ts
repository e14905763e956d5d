import type { Late } from '../api/types'
import { span } from './ages'

const second = 1000
const day = 86_400_000

/** A length of time that is shown: 2.5 sec, 40 min, 3 months. */
export function spanWords(ms: number): string {
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} sec`
  if (ms < 60 * day) return span(ms)
  return ms < 730 * day ? `${Math.round(ms / (30 * day))} months` : `${Math.round(ms / (365 * day))} years`
}

/** Where what was true differs from what was known: "Told only later: Hall lamp, Door." Null when nowhere. */
export function lateWords({ twins }: Pick<Late, 'twins'>, nameOf: (device: string) => string): string | null {
  if (twins.length === 0) return null
  const shown = twins.slice(0, named).map(({ device }) => nameOf(device))
  const rest = twins.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** How many devices are named before the rest is counted. */
const named = 3
