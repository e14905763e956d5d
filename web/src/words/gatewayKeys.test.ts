import { describe, expect, it } from 'vitest'
import { gateway, noon } from '../testing/samples'
import { keyWords } from './gatewayKeys'

const day = 24 * 60 * 60 * 1000
const ends = (days: number) => keyWords(gateway({ key_ends: new Date(noon + days * day).toISOString() }), noon)

describe("a gateway's key", () => {
  it('is told with the days that are left', () => {
    expect(ends(60)).toEqual({ text: 'Its key is good for 60 days and renews itself before.', act: false })
    expect(ends(20)?.text).toBe('Its key ends in 20 days. It renews it once it is connected.')
    expect(ends(1.5)?.text).toBe('Its key ends in 1 day. It renews it once it is connected.')
  })

  it('asks for somebody once it has ended', () => {
    expect(ends(-10)).toEqual({ text: 'Its key ended 10 days ago. Connect it: it asks for a new one, and you compare the letters.', act: true })
    expect(ends(-181)).toEqual({ text: 'Its key ended too long ago. Pair it again.', act: true })
  })

  it('says why it is suspended, and nothing of a gateway that was turned out', () => {
    expect(keyWords(gateway({ suspended: 'key_cloned' }), noon)?.act).toBe(true)
    expect(keyWords(gateway({ revoked: true, suspended: 'key_cloned' }), noon)).toBeNull()
    expect(keyWords(gateway({ key_ends: null }), noon)?.text).toMatch(/too old/)
  })
})
