import type { Event } from '../api/types'
import { dayKey, dayWords } from '../words/ages'

/** An event, and the day it begins in a list; null when the one before is of the same day. */
export interface Dated {
  event: Event
  day: string | null
}

/** Says before which events a new day begins, by the time that counts for the list. */
export function dated(events: readonly Event[], zone: string, time: 'occurred_at' | 'recorded_at'): Dated[] {
  return events.map((event, i) => {
    const at = Date.parse(event[time])
    const before = events[i - 1]
    const same = before !== undefined && dayKey(Date.parse(before[time]), zone) === dayKey(at, zone)
    return { event, day: same ? null : dayWords(at, zone) }
  })
}
