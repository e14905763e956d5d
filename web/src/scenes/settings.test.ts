import { describe, expect, it } from 'vitest'
import { lamp, twin } from '../testing/samples'
import { asNow, fit, present, withValue } from './settings'

const settings = [{ device: 'lamp', set: { onOff: true, currentLevel: 60 } }, { device: 'other', set: { onOff: true } }]

describe('the wishes of a scene', () => {
  it('change value by value, and a device goes with its last one', () => {
    expect(withValue(settings, 'lamp', 'currentLevel', 35)[0]).toEqual({ device: 'lamp', set: { onOff: true, currentLevel: 35 } })
    expect(withValue(settings, 'lamp', 'onOff', undefined)[0]).toEqual({ device: 'lamp', set: { currentLevel: 60 } })
    expect(withValue(settings, 'other', 'onOff', undefined)).toEqual([settings[0]])
  })

  it('become what is so now, as far as it is known', () => {
    expect(asNow(settings, new Map([['lamp', twin(false, 3)]]))).toEqual([{ device: 'lamp', set: { onOff: false, currentLevel: 60 } }, settings[1]])
  })

  it('begin with how a device is, or with the least', () => {
    expect(present(lamp(), twin(true, 3))).toEqual({ device: 'lamp', set: { onOff: true } })
    expect(present(lamp(), undefined)).toEqual({ device: 'lamp', set: { onOff: false } })
  })

  it('never open a home', () => {
    const lock = lamp({ affordances: { properties: { lockState: { title: 'Lock', type: 'string', read_only: false, class: 'A' } }, actions: {}, events: {} } })
    expect(fit(lock)).toEqual([])
  })
})
