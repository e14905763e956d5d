import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import { keys } from './keys'

/** A new proof is made every five minutes. */
const fresh = 60_000

/** How much room the home's history takes; it changes slowly. */
export function useStorage(home: string) {
  return useQuery({
    queryKey: keys.storage(home),
    queryFn: () => must(api.GET('/homes/{home}/storage', { params: { path: { home } } })),
    staleTime: fresh,
  })
}

/** Says for how many months the home keeps its events; 0: for ever. */
export function useKeep(home: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (keep_months: number) =>
      must(api.POST('/homes/{home}/retention', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body: { keep_months } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.storage(home) }),
  })
}

/** What is proven of the home's history. */
export function useProof(home: string) {
  return useQuery({
    queryKey: keys.proof(home),
    queryFn: () => must(api.GET('/homes/{home}/proof', { params: { path: { home } } })),
    staleTime: fresh,
    refetchInterval: fresh,
  })
}
