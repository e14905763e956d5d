import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must, newKey } from '../api/client'
import type { HomeTest, Occasion, Rule } from '../api/types'
import { tryAfter } from './backtest'
import { keys } from './keys'
import type { Draft } from './rules'

/** The tests of the home: parts of its past with the firings that rules should come to in them. */
export function useTests(home: string) {
  return useQuery({
    queryKey: keys.tests(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/tests', { params: { path: { home } } }))).items,
  })
}

/** What comes of a rule's tests, as it is or as it is written now; nothing is asked of any device. */
export function useOutcomes(home: string, rule: Rule, tests: readonly HomeTest[], draft?: Draft) {
  const [settled] = useDebouncedValue(draft, tryAfter)
  const written = settled && settled.document !== rule.document
  const tried = { rule: rule.id, ...(written && { document: settled.document, grants: settled.grants }) }
  return useQuery({
    queryKey: keys.outcomes(home, tests.map(({ id }) => id), { ...tried, version: rule.version }),
    queryFn: async () =>
      (
        await must(
          api.POST('/homes/{home}/tests/run', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body: tried }),
        )
      ).items,
    enabled: tests.length > 0,
    placeholderData: (before) => before,
    staleTime: Infinity, // the past does not change, nor what a rule would have done in it
  })
}

function useTestChange<Input>(home: string, change: (input: Input) => Promise<unknown>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: keys.tests(home) }) })
}

/** What a test is made of. */
export interface TestWish {
  name: string
  rule: string
  after: number
  to: number
  expected: Occasion[]
}

/** Keeps a part of the past as a test. */
export function useAddTest(home: string) {
  return useTestChange(home, (body: TestWish) =>
    must(api.POST('/homes/{home}/tests', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body })),
  )
}

/** Removes a test. */
export function useRemoveTest(home: string) {
  return useTestChange(home, (test: HomeTest) =>
    must(api.DELETE('/homes/{home}/tests/{test}', { params: { path: { home, test: test.id }, header: ifMatch(test.revision) } })),
  )
}
