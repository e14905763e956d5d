import { describe, expect, it } from 'vitest'
import { lamp, twin } from '../testing/samples'
import type { DeviceView } from '../data/truth'
import { levelWish } from './controls'

const view = (onOff: boolean | null): DeviceView => ({
  device: lamp(), twin: twin(onOff, 9), reach: { kind: 'here' }, progress: null, ask: undefined,
})

describe('moving the brightness', () => {
  it('of a lamp that is on only changes its brightness', () => {
    expect(levelWish(view(true), 'currentLevel', 40)).toEqual({ currentLevel: 40 })
  })

  it('of a lamp that is off, or was never heard, turns it on', () => {
    expect(levelWish(view(false), 'currentLevel', 40)).toEqual({ onOff: true, currentLevel: 40 })
    expect(levelWish(view(null), 'currentLevel', 40)).toEqual({ onOff: true, currentLevel: 40 })
  })

  it('to nothing turns it off', () => {
    expect(levelWish(view(true), 'currentLevel', 0)).toEqual({ onOff: false })
  })

  it('of what cannot be switched, or anything else, is only that', () => {
    const alone = view(false)
    delete alone.device.affordances.properties.onOff
    expect(levelWish(alone, 'currentLevel', 0)).toEqual({ currentLevel: 0 })
    expect(levelWish(view(false), 'currentHue', 0)).toEqual({ currentHue: 0 })
  })
})
