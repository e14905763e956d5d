import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
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

/** What is proven of the home's history. */
export function useProof(home: string) {
  return useQuery({
    queryKey: keys.proof(home),
    queryFn: () => must(api.GET('/homes/{home}/proof', { params: { path: { home } } })),
    staleTime: fresh,
    refetchInterval: fresh,
  })
}
