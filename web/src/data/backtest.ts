import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import { keys } from './keys'
import type { Draft } from './rules'

/** How long the writing must rest before a draft is tried, in milliseconds: it reads a month. */
export const tryAfter = 800

/** A part of the past, in RFC 3339. */
export interface Stretch {
  from: string
  to: string
}

/** What a draft would have done in a part of the past, beside what the rule did; in the last thirty days without one. */
export function useBacktest(home: string, draft: Draft, ready: boolean, stretch?: Stretch) {
  const [settled] = useDebouncedValue(draft, tryAfter)
  const body = { ...settled, ...stretch }
  return useQuery({
    queryKey: keys.backtest(home, body),
    queryFn: () =>
      must(
        api.POST('/homes/{home}/rules/backtest', {
          params: { path: { home }, header: { 'Idempotency-Key': newKey() } },
          body,
        }),
      ),
    enabled: ready && settled === draft,
    placeholderData: (before) => before,
    staleTime: 60_000,
  })
}
