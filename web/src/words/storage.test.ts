import { expect, it } from 'vitest'
import type { Storage } from '../api/types'
import { bytesWords, expectedWords, keepWords, monthWords, storedWords } from './storage'

it.each([
  [0, '0 bytes'], [812, '812 bytes'], [999, '999 bytes'], [1000, '1 kB'], [4_249_000, '4.2 MB'], [9_960_000, '10 MB'],
  [437_640_000, '438 MB'], [999_600_000, '1 GB'], [12_000_000_000, '12 GB'], [5e15, '5,000 TB'],
])('writes %d bytes as %s', (bytes, words) => {
  expect(bytesWords(bytes)).toBe(words)
})

it('tells what there is and what there will be', () => {
  const storage: Storage = {
    events: 1_042_000, bytes: 437_640_000, first_at: '2026-03-02T10:00:00Z', kept_until: '2027-04-02T10:00:00Z', keep_months: 0,
    months: [{ from: '2026-03-01T00:00:00Z', events: 91_200, bytes: 38_304_000 }],
    expected: { at: '2027-06-01T00:00:00Z', events: 2_136_400, bytes: 897_288_000 },
  }
  expect(storedWords(storage)).toBe('1,042,000 events since 2 March 2026, about 438 MB.')
  expect(expectedWords(storage)).toBe(
    'In a year about 897 MB, if it goes on like this. The oldest is kept until 2 April 2027 at least; nothing is dropped before it is thirteen months old.',
  )
  expect(storage.months.map(monthWords)).toEqual(['March 2026: 91,200 events, 38 MB'])
})

it.each([[0, 'for ever'], [13, 'for 13 months'], [24, 'for 2 years'], [18, 'for 18 months']])('tells %d months as %s', (months, words) => {
  expect(keepWords(months)).toBe(words)
})
