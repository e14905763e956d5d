import { expect, test } from 'vitest'
import type { Webhook } from '../api/types'
import { ownStandingWords, problemWords, standingWords } from './delivery'

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

test('how a webhook of one’s own fares is told in words', () => {
  const own = { url: 'https://example.org', failures: 0, problem: null, delivered_at: null, ended_at: null }
  expect(ownStandingWords(own)).toBe('Waits for something to happen')
  expect(ownStandingWords({ ...own, delivered_at: '2026-03-01T12:00:00Z' })).toBe('Works')
  expect(ownStandingWords({ ...own, failures: 2, problem: 'timed_out' })).toBe('Did not take 2 messages in a row: it took longer than ten seconds')
  expect(ownStandingWords({ ...own, failures: 6, problem: 'gone', ended_at: '2026-03-01T12:00:00Z' })).toBe(
    'Switched off, as it took nothing any more: it says that it is gone for good. Give its address again to switch it on',
  )
})
