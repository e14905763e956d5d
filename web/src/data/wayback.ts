import { useMutation, useQuery } from '@tanstack/react-query'
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
