import type { Event } from '../api/types'
import type { Position } from './position'

/**
 * The instant of a position for the server (RFC 3339). The log keeps microseconds and a page milliseconds: at an event
 * it is exactly the event's, or the event would not be part of it.
 */
export function instantOf({ seq, at }: Position, events: readonly Event[]): string {
  const event = events.find((e) => e.seq === seq)
  return event && Date.parse(event.recorded_at) >= Math.floor(at) ? event.recorded_at : new Date(Math.floor(at)).toISOString()
}
