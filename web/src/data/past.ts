import { keepPreviousData, type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Difference, Frame } from '../api/types'
import { clock } from './clock'
import { keepEvents } from './history'
import { keys } from './keys'
import { fromState, withFrame } from './picture'
import { Projector, reelEnd, reelStart } from './reel'

/** The whole picture at the first event of a reel, and every further event. */
async function loadReel(queries: QueryClient, home: string, index: number, upTo: number): Promise<Projector> {
  const reel = (await continued(queries, home, index, upTo)) ?? (await begun(queries, home, index, upTo))
  keepEvents(queries, home, reel.events())
  return reel
}

/** A reel that goes on where the one before it ended: nothing travels but what changed. */
async function continued(queries: QueryClient, home: string, index: number, upTo: number): Promise<Projector | null> {
  const end = reelEnd(index - 1)
  const before = queries.getQueryData<Projector>(keys.reel(home, index - 1, end))
  const last = before?.at(end)
  if (last?.seq !== end) return null
  const limit = upTo - end
  const { frames } = await must(api.GET('/homes/{home}/film', { params: { path: { home }, query: { from: end, limit } } }))
  const [start, ...rest] = frames as Frame[]
  return start ? new Projector({ first: withFrame(last, start), firstEvent: start.event, frames: rest }) : null
}

/** The first event that the log still holds, or that this person may see; null in a log of none. */
function beginningQuery(home: string) {
  return queryOptions({
    queryKey: keys.beginning(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/events', { params: { path: { home }, query: { limit: 1 } } }))).items[0] ?? null,
    staleTime: 3_600_000, // older ones go once a week at most
  })
}

/** Since when the home is known (Unix milliseconds); null until that is loaded. */
export function useKnownSince(home: string): number | null {
  const first = useQuery(beginningQuery(home)).data
  return first ? Date.parse(first.recorded_at) : null
}

async function begun(queries: QueryClient, home: string, index: number, upTo: number): Promise<Projector> {
  const first = await queries.query(beginningQuery(home))
  const start = Math.max(reelStart(index), first?.seq ?? 1)
  const path = { home }
  const [state, firstEvent, film] = await Promise.all([
    must(api.GET('/homes/{home}/state', { params: { path, query: { seq: start } } })),
    must(api.GET('/homes/{home}/events/{seq}', { params: { path: { home, seq: start } } })),
    start < upTo
      ? must(api.GET('/homes/{home}/film', { params: { path, query: { from: start, limit: reelEnd(index) - start } } }))
      : undefined,
  ])
  return new Projector({ first: fromState(state), firstEvent, frames: film?.frames ?? [] })
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
    // The last of the events by then is how far the log had come.
    queryFn: async () => {
      const { buckets } = await must(api.GET('/homes/{home}/density', { params: { path: { home }, query: { to: iso, buckets: 1 } } }))
      return buckets[0]?.count ? buckets[0].first_seq + buckets[0].count - 1 : 0
    },
    enabled: at !== null,
    staleTime: Infinity,
  })
}

/** Fetches a reel before it is needed. */
export function prefetchReel(queries: QueryClient, home: string, index: number, head: number): void {
  if (index >= 0 && reelStart(index) <= head) queries.query(reelQuery(home, index, head)).catch(() => undefined) // it is asked for again when it is needed
}

/** How many events lie in each part of a stretch of time, in the home and in each of its rooms. */
export function useDensity(home: string, from: string, to: string, buckets: number) {
  return useQuery({
    queryKey: keys.density(home, from, to),
    queryFn: () =>
      must(api.GET('/homes/{home}/density', { params: { path: { home }, query: { from, to, buckets, lanes: true } } })),
    placeholderData: keepPreviousData,
  })
}

/** How long ago an instant must lie for what was told late of it to be settled, in milliseconds: gateways keep three days. */
const settled = 72 * 3_600_000

/** What devices told late of an instant (RFC 3339): where the truth differs from what was known. */
export function useLate(home: string, at: string | null, keep: boolean) {
  return useQuery({
    queryKey: keys.late(home, at ?? ''),
    queryFn: () => must(api.GET('/homes/{home}/history/late', { params: { path: { home }, query: { at: at ?? '' } } })),
    enabled: at !== null,
    staleTime: at !== null && clock.now() - Date.parse(at) > settled ? Infinity : fresh,
    placeholderData: keep ? keepPreviousData : undefined,
  })
}

/** How long an answer about the last days is believed, in milliseconds. */
const fresh = 30_000

/** By which clock the past is told: what was known then, or what was true. */
export type Clock = 'known' | 'true'

/** What differs between two instants (RFC 3339, the earlier first). */
export function useDifference(home: string, from: string, to: string, clock: Clock) {
  return useQuery({
    queryKey: keys.difference(home, from, to, clock),
    queryFn: () =>
      must(api.GET('/homes/{home}/history/difference', { params: { path: { home }, query: { from, to, clock } } })) as Promise<Difference>,
    enabled: from < to,
    staleTime: fresh,
    placeholderData: keepPreviousData,
  })
}
