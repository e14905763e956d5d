import { expect, it } from 'vitest'
import { newClock } from './clock'

it('believes the least delayed of the last messages', () => {
  const clock = newClock(() => 1000)
  clock.hear(new Date(5000).toISOString()) // 4 s ahead, or less if it was long on its way
  clock.hear(new Date(4900).toISOString())
  expect(clock.now()).toBe(5000)
})

it('is the local clock until a message came, and ignores nonsense', () => {
  const clock = newClock(() => 1000)
  clock.hear('yesterday')
  expect(clock.now()).toBe(1000)
})
