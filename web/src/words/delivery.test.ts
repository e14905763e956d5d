import { expect, test } from 'vitest'
import type { Webhook } from '../api/types'
import { problemWords, standingWords } from './delivery'

const webhook: Webhook = {
  id: 'a', name: 'Server', url: 'https://example.org', types: [], stopped: null, revision: 1, checkpoint: 1,
  delivered_at: null, failures: 0, problem: null, retry_at: null,
}

test('how a webhook fares is told in words', () => {
  expect(standingWords(webhook)).toBe('Waits for something to happen')
  expect(standingWords({ ...webhook, delivered_at: '2026-03-01T12:00:00Z' })).toBe('Works')
  expect(standingWords({ ...webhook, failures: 1, problem: 'status 500' })).toBe('Did not take the last message: it answered 500. It is tried again')
  expect(standingWords({ ...webhook, failures: 11, stopped: 'failing', problem: 'timed_out' })).toBe(
    'Switched off after 11 attempts: it took longer than ten seconds',
  )
})

test('a problem nobody knew has words too', () => {
  expect(problemWords('something new')).toBe('it did not take the message')
})
