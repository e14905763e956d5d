import { describe, expect, it } from 'vitest'
import { twin } from '../testing/samples'
import { lampColor, whiteOf } from './color'

const lit = (values: Record<string, number>) => {
  const told = twin(true, 9)
  for (const [name, value] of Object.entries(values)) {
    told.properties[name] = { reported: { value, at: '', since: '', seq: 9, cause: null }, desired: null }
  }
  return lampColor(told)
}

describe('the light of a lamp', () => {
  it('has the colour that it told', () => expect(lit({ currentHue: 25, currentSaturation: 60 })).toBe('hsl(25 60% 62%)'))

  it('is white, not grey, when there is no colour in it', () => {
    expect(lit({ currentHue: 0, currentSaturation: 0, colorTemperatureMireds: 370 })).toBe(whiteOf(370))
    expect(lit({ currentHue: 0, currentSaturation: 0 })).toBeNull()
  })

  it('is that of any lamp when it told of none', () => expect(lit({})).toBeNull())
})
