import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, Refusal } from '../api/client'
import type { Session } from '../api/types'
import { keys } from './keys'
import { forgetEverything } from './queries'

async function readSession(): Promise<Session | null> {
  try {
    return await must(api.GET('/session'))
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null
    throw error
  }
}

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: readSession, staleTime: Infinity })
}

/** Signs in with the token of a one-time link. */
export function useEnter() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (link: string) => must(api.POST('/session', { body: { link } })),
    onSuccess: (session) => queries.setQueryData(keys.session, session),
  })
}

/** Erases the person, whose name shows that it is meant, and forgets everything. */
export function useErase() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => must(api.POST('/account/erasure', { body: { name } })),
    onSuccess: () => forgetEverything(queries),
  })
}

/** Signs out and forgets everything. */
export function useLeave() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => must(api.DELETE('/session')),
    onSettled: () => forgetEverything(queries),
  })
}
