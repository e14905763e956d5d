import { describe, expect, it } from 'vitest'
import { lamp, picture } from '../testing/samples'
import { clauseWords } from './policy'
import { outcomeWords } from './tests'

const things = {
  picture: picture({ devices: new Map([['lock', lamp({ id: 'lock', name: 'Front door lock' })]]) }),
  rules: [], scenes: [], modes: [{ mode: 'away', name: 'Away' }, { mode: 'x', name: 'Guests' }], webhooks: [],
}

describe('what rules may never do', () => {
  it.each([
    [{ classes: ['A' as const], modes: ['away'] }, 'Rules never open anything while the home is set to Away.'],
    [{ devices: ['lock'], unattended: true }, 'Rules never ask anything of Front door lock in Kitchen while nobody is known to be at home.'],
    [{ classes: ['A' as const], devices: ['lock'] }, 'Rules never open Front door lock in Kitchen at any time.'],
    [{ modes: ['away', 'x'], unattended: true }, 'Rules never ask anything of any device while the home is set to Away or Guests and nobody is known to be at home.'],
  ])('%j is one sentence', (clause, words) => expect(clauseWords(clause, things)).toBe(words))
})

describe('what came of tests', () => {
  const of = (...passed: boolean[]) => outcomeWords(passed.map((p) => ({ passed: p })))
  it('is one sentence', () => {
    expect([of(true), of(false), of(true, true)]).toEqual(['Its test passes.', 'Its test fails.', 'All of its 2 tests pass.'])
    expect([of(true, false), of(false, false), of(true, false, false)]).toEqual(['1 of its 2 tests fails.', 'All of its 2 tests fail.', '2 of its 3 tests fail.'])
  })
})
