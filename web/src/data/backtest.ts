import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import { keys } from './keys'
import type { Draft } from './rules'

/** How long the writing must rest before a draft is tried, in milliseconds: it reads a month. */
const tryAfter = 800

/** What a draft would have done in the last thirty days, beside what the rule did. */
export function useBacktest(home: string, draft: Draft, ready: boolean) {
  const [settled] = useDebouncedValue(draft, tryAfter)
  return useQuery({
    queryKey: keys.backtest(home, settled),
    queryFn: () =>
      must(
        api.POST('/homes/{home}/rules/backtest', {
          params: { path: { home }, header: { 'Idempotency-Key': newKey() } },
          body: settled,
        }),
      ),
    enabled: ready && settled === draft,
    placeholderData: (before) => before,
    staleTime: 60_000,
  })
}
