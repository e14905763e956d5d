import type { Event } from '../api/types'
import { useEvent } from './history'

/**
 * The first cause of an event: the wish or the report everything followed
 * from. Undefined while it is looked up, null when the event is its own.
 */
export function useRoot(home: string, event: Pick<Event, 'seq' | 'causation' | 'correlation'> | undefined): Event | null | undefined {
  const root = event ? (event.correlation ?? event.causation) : null
  const own = event !== undefined && (root === null || root === event.seq)
  const found = useEvent(home, own || event === undefined ? null : root)
  return own ? null : found.data
}
