import { keepPreviousData, type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import { keepEvents } from './history'
import { keys } from './keys'
import { fromState } from './picture'
import { Projector, reelEnd, reelLength, reelStart } from './reel'

async function loadReel(queries: QueryClient, home: string, index: number, upTo: number): Promise<Projector> {
  const start = reelStart(index)
  const path = { home }
  const [state, firstEvent, film] = await Promise.all([
    must(api.GET('/homes/{home}/state', { params: { path, query: { seq: start } } })),
    must(api.GET('/homes/{home}/events/{seq}', { params: { path: { home, seq: start } } })),
    start < upTo
      ? must(api.GET('/homes/{home}/film', { params: { path, query: { from: start, limit: reelLength - 1 } } }))
      : undefined,
  ])
  const reel = new Projector({ first: fromState(state), firstEvent, frames: film?.frames ?? [] })
  keepEvents(queries, home, reel.events())
  return reel
}

/** The reel with this index. A full one is kept; the newest grows with the head. */
export function reelQuery(home: string, index: number, head: number) {
  const upTo = Math.min(reelEnd(index), head)
  return queryOptions({
    queryKey: keys.reel(home, index, upTo),
    queryFn: ({ client }) => loadReel(client, home, index, upTo),
    enabled: reelStart(index) <= head,
    staleTime: Infinity,
    structuralSharing: false,
    gcTime: 5 * 60_000,
  })
}

/** The reel with this index, and while it loads the one before. */
export function useReel(home: string, index: number, head: number, wanted: boolean) {
  const query = reelQuery(home, index, head)
  return useQuery({ ...query, enabled: wanted && query.enabled !== false, placeholderData: keepPreviousData })
}

/** Which event was the last at an instant (Unix milliseconds). */
export function useMoment(home: string, at: number | null) {
  const iso = at === null ? '' : new Date(at).toISOString()
  return useQuery({
    queryKey: keys.moment(home, iso),
    queryFn: async () =>
      (await must(api.GET('/homes/{home}/state', { params: { path: { home }, query: { known_at: iso } } }))).seq,
    enabled: at !== null,
    staleTime: Infinity,
  })
}

/** Fetches a reel before it is needed. */
export function prefetchReel(queries: QueryClient, home: string, index: number, head: number): void {
  if (index >= 0 && reelStart(index) <= head) queries.query(reelQuery(home, index, head)).catch(() => undefined) // it is asked for again when it is needed
}

/** How many events lie in each part of a stretch of time. */
export function useDensity(home: string, from: string, to: string, buckets: number) {
  return useQuery({
    queryKey: keys.density(home, from, to),
    queryFn: () =>
      must(api.GET('/homes/{home}/density', { params: { path: { home }, query: { from, to, buckets } } })),
    placeholderData: keepPreviousData,
  })
}
