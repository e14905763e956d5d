import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { Refusal } from '../api/client'
import { keys } from './keys'

/** Attempts after the first for reading; changes are repeated in asks.ts with one key. */
const readRetries = 3

/** Makes the store of everything the server answered. */
export function newQueries(): QueryClient {
  const signedOut = (error: Error) => {
    if (error instanceof Refusal && error.status === 401) forgetEverything(queries)
  }
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    mutationCache: new MutationCache({ onError: signedOut }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (count, error) => count < readRetries && error instanceof Refusal && error.unanswered,
      },
    },
  })
  return queries
}

/** Nothing of a home stays on a device whose person is signed out. */
export function forgetEverything(queries: QueryClient): void {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] })
  queries.setQueryData(keys.session, null)
}
