import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import { keys } from './keys'

/** Whether the change that an event brought can be undone. */
export function useUndoPlan(home: string, seq: number) {
  return useQuery({
    queryKey: keys.undo(home, seq),
    queryFn: () => must(api.GET('/homes/{home}/events/{seq}/undo', { params: { path: { home, seq } } })),
    staleTime: 10_000,
  })
}

/** Brings back what an event changed. */
export function useUndo(home: string) {
  return useMutation({
    mutationFn: (seq: number) =>
      must(api.POST('/homes/{home}/events/{seq}/undo', { params: { path: { home, seq }, header: { 'Idempotency-Key': newKey() } } })),
  })
}

/** Brings back things that were removed: the newest event about each says so, and is undone. */
export function useBringBack(home: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (things: readonly string[]) => {
      for (const entity of things) {
        const query = { entity, order: 'desc' as const, limit: 1 }
        const { items } = await must(api.GET('/homes/{home}/events', { params: { path: { home }, query } }))
        const last = items[0]
        if (!last?.type.endsWith('.removed')) continue // it is back already
        await must(api.POST('/homes/{home}/events/{seq}/undo', { params: { path: { home, seq: last.seq }, header: { 'Idempotency-Key': newKey() } } }))
      }
    },
    onSettled: () => Promise.all([keys.rules(home), keys.scenes(home)].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  })
}

/** What putting the home back as it was after an event would do now. */
export function usePutBackPlan(home: string, seq: number, enabled: boolean) {
  return useQuery({
    queryKey: keys.putBack(home, seq),
    queryFn: () => must(api.GET('/homes/{home}/put-back', { params: { path: { home }, query: { seq } } })),
    enabled,
    staleTime: 0,
  })
}

/** Puts the home back as it was after an event. */
export function usePutBack(home: string) {
  return useMutation({
    mutationFn: (seq: number) =>
      must(api.POST('/homes/{home}/put-back', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body: { seq } })),
  })
}
