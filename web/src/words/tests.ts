import type { TestOutcome } from '../api/types'

/** In one sentence what came of the tests of a rule. */
export function outcomeWords(outcomes: readonly Pick<TestOutcome, 'passed'>[]): string {
  const bad = outcomes.filter(({ passed }) => !passed).length
  const all = outcomes.length
  if (bad === 0) return all === 1 ? 'Its test passes.' : `All of its ${all} tests pass.`
  if (all === 1) return 'Its test fails.'
  return bad === all ? `All of its ${all} tests fail.` : `${bad} of its ${all} tests ${bad === 1 ? 'fails' : 'fail'}.`
}
