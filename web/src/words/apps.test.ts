import { describe, expect, it } from 'vitest'
import { chosenFirst, grantWords, rightWords } from './apps'

describe('what an app may', () => {
  it('is one sentence', () => {
    expect(grantWords({ actions: ['home.read', 'device.command'], classes: ['C', 'A'] })).toBe(
      'It may see rooms, devices and how things are, steer lights, blinds and scenes; unlock, open and disarm.',
    )
    expect(rightWords('later.added')).toBe('later.added')
  })

  it('never holds what opens or locks before a person has chosen it', () => {
    expect(chosenFirst([])).toEqual(['C'])
    expect(chosenFirst(['A', 'B', 'F'])).toEqual([])
    expect(chosenFirst(['A', 'C', 'E'])).toEqual(['C', 'E'])
  })
})
