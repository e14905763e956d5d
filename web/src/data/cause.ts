import { type QueryClient, useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Event } from '../api/types'
import { keys } from './keys'

/** The most events between an effect and its first cause that are told: rules are cut far earlier. */
const longestChain = 24

async function readEvent(queries: QueryClient, home: string, seq: number): Promise<Event> {
  return queries.query({
    queryKey: keys.event(home, seq),
    queryFn: () => must(api.GET('/homes/{home}/events/{seq}', { params: { path: { home, seq } } })),
    staleTime: Infinity, // what is recorded never changes
  })
}

/**
 * What an event follows from, the nearest cause first, back to what followed from
 * nothing. Empty for an event that is its own cause; undefined while it is read.
 */
export function useCauses(home: string, event: Pick<Event, 'seq' | 'causation'> | undefined): Event[] | undefined {
  const { data } = useQuery({
    queryKey: keys.causes(home, event?.seq ?? 0),
    queryFn: async ({ client }) => {
      const causes: Event[] = []
      let next = event?.causation ?? null
      while (next !== null && next > 0 && causes.length < longestChain) {
        const cause = await readEvent(client, home, next)
        causes.push(cause)
        next = cause.causation === cause.seq ? null : cause.causation
      }
      return causes
    },
    enabled: event !== undefined && event.causation !== null,
    staleTime: Infinity,
  })
  return event?.causation === null ? [] : data
}
