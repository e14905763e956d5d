import { expect, it } from 'vitest'
import type { Proof } from '../api/types'
import { proofWords } from './proof'

const proof = (seq: number, more: Partial<NonNullable<Proof['signed']>> = {}): Proof => ({
  head: { seq: 1042, hash: 'aa' },
  signed: {
    seq, hash: 'aa', at: '2026-05-03T12:05:00Z', sound: true, broken: null, leaf: 0, path: [], note: '', key: '', ...more,
  },
})

it('says how far the history is verified', () => {
  expect(proofWords(proof(1042), 'Europe/Paris')).toBe('History verified to the newest event, signed Sunday 3 May at 14:05.')
  expect(proofWords(proof(1000), 'Europe/Paris')).toBe('History verified to event 1,000, signed Sunday 3 May at 14:05.')
})

it('says when it is not what was signed', () => {
  const words = proofWords(proof(1000, { sound: false, broken: 'the log is not the one that was signed' }), 'UTC')
  expect(words).toBe('Something is wrong: the log is not the one that was signed.')
})

it('says nothing it does not know', () => {
  expect(proofWords(undefined, 'UTC')).toBeNull()
  expect(proofWords({ head: { seq: 2, hash: 'aa' }, signed: null }, 'UTC')).toBe(
    'Nothing of it is signed yet: that happens every few minutes.',
  )
})
