import { describe, expect, it } from 'vitest'
import { command, lamp } from '../testing/samples'
import { reasonWords } from './commands'
import { fadeWords, fadingWords } from './fade'
import { actionWords } from './rules'

const fading = (set: Record<string, unknown>) => fadingWords(command({ status: 'delivered', transition_ms: 20_000, set }), lamp())

describe('fading', () => {
  it('says where a lamp is going, and never that it is there', () => {
    expect(fading({ onOff: true, currentLevel: 60 })).toBe('Fading to 60 %')
    expect(fading({ onOff: false })).toBe('Fading out')
    expect(fading({ onOff: true })).toBe('Fading in')
    expect(fading({ colorTemperatureMireds: 300 })).toBe('Fading to its new colour')
  })

  it('does not promise it of what cannot', () => {
    expect(fadeWords(20_000)).toBe('Lamps that can fade take 20 seconds; everything else changes at once.')
    expect(reasonWords('at_once')).toBe('It cannot fade, so it changed at once.')
  })

  it('stands in the sentence of a rule', () => {
    const things = { picture: { devices: new Map([['lamp', lamp()]]), rooms: new Map() }, rules: [], scenes: [], modes: [], webhooks: [] }
    expect(actionWords({ command: { device: 'lamp', set: { onOff: false }, transition_ms: 90_000 } }, things as never)).toMatch(/^turn off .* over 90 seconds$/)
  })
})
