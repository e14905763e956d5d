import { describe, expect, it } from 'vitest'
import { event, picture, twin } from '../testing/samples'
import { Projector, reelEnd, reelOf, reelStart } from './reel'

const frames = [11, 12, 13].map((seq) => ({
  event: event(seq, 'device.reported'), twin: twin(seq % 2 === 0, seq), device: null, room: null, gateway: null,
}))
const lit = (projector: Projector, seq: number) => projector.at(seq).twins.get('lamp')?.properties.onOff?.reported?.value

describe('a reel', () => {
  it('covers the log without gap or overlap', () => {
    for (const index of [0, 1, 7]) {
      expect(reelOf(reelStart(index))).toBe(index)
      expect(reelOf(reelEnd(index))).toBe(index)
      expect(reelEnd(index) + 1).toBe(reelStart(index + 1))
    }
  })

  it('shows the same instant however one came there', () => {
    const reel = { first: picture(), firstEvent: event(10, 'device.reported'), frames }
    const forwards = new Projector(reel)
    const there = [10, 11, 12, 13].map((seq) => lit(forwards, seq))
    const backwards = new Projector(reel)
    const back = [13, 12, 11, 10].map((seq) => lit(backwards, seq)).toReversed()
    expect(there).toEqual([false, false, true, false])
    expect(back).toEqual(there)
  })

  it('ends where its frames end', () => {
    const projector = new Projector({ first: picture(), firstEvent: undefined, frames })
    expect(projector.at(999).seq).toBe(13)
    expect(projector.at(1).seq).toBe(10)
  })
})
