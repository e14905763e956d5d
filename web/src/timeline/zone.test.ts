import { describe, expect, it } from 'vitest'
import { localInstant, localText } from './zone'

const paris = 'Europe/Paris'

describe('a date and a time in the home’s zone', () => {
  it('is the same instant there and back', () => {
    for (const iso of ['2026-05-03T12:00:11Z', '2026-01-01T00:00:00Z', '2026-10-25T03:30:00Z', '2026-03-29T01:00:00Z']) {
      const at = Date.parse(iso)
      for (const zone of [paris, 'Asia/Kathmandu', 'America/St_Johns', 'UTC']) expect(localInstant(localText(at, zone), zone)).toBe(at)
    }
  })

  it('is the first of two when clocks go back, and the next when they leave it out', () => {
    expect(localInstant('2026-10-25T02:30:00', paris)).toBe(Date.parse('2026-10-25T00:30:00Z'))
    expect(localInstant('2026-03-29T02:30:00', paris)).toBe(Date.parse('2026-03-29T01:30:00Z'))
  })

  it('is nothing when it is none', () => {
    expect(localInstant('', paris)).toBeNull()
    expect(localInstant('2026-13-01T00:00', paris)).toBeNull()
  })
})
