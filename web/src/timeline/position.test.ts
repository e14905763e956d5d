import { describe, expect, it } from 'vitest'
import { at, event, noon } from '../testing/samples'
import { advance, guessSeq, indexAt, stretchAround, within, zoomed } from './position'
import { ticks } from './ticks'

// Event n lies n seconds after noon; after 30 the next is a minute later.
const events = [10, 11, 12, 30].map((s, i) => event(i + 1, 'device.reported', { recorded_at: at(s) }))
const minute = 60_000

describe('playing', () => {
  it('moves time on by the speed and takes the events that lie in it', () => {
    const start = { seq: 1, at: noon + 10_000 }
    expect(advance(start, events, 100, 1, 9).position).toEqual({ seq: 1, at: noon + 10_100 })
    expect(advance(start, events, 100, 20, 9).position).toEqual({ seq: 3, at: noon + 12_000 })
  })

  it('leaves out a quiet stretch but stops just before its end', () => {
    const quiet = { seq: 3, at: noon + 12_000 }
    const { position } = advance(quiet, events, 100, 1, 9)
    expect(position.seq).toBe(3)
    expect(position.at).toBe(noon + 29_600)
  })

  it('waits at the end of what is loaded', () => {
    expect(advance({ seq: 4, at: noon + 30_000 }, events, 100, 60, 9).starved).toBe(true)
    expect(advance({ seq: 3, at: noon + 29_900 }, events, 100, 60, 9).position).toEqual({ seq: 4, at: noon + 30_000 })
  })

  it('never goes backwards', () => {
    const late = { seq: 2, at: noon + 11_900 }
    expect(advance(late, events, 100, 1, 9).position.at).toBeGreaterThan(late.at)
  })
})

describe('an instant', () => {
  it('belongs to the last event at or before it', () => {
    expect(indexAt(events, noon + 9_999)).toBe(-1)
    expect(indexAt(events, noon + 10_000)).toBe(0)
    expect(indexAt(events, noon + 20_000)).toBe(2)
    expect(indexAt(events, noon + 99_000)).toBe(3)
  })

  it('is guessed from how many events lie around it', () => {
    const density = {
      from: at(0), to: at(4),
      buckets: [{ first_seq: 0, count: 0 }, { first_seq: 5, count: 10 }, { first_seq: 0, count: 0 }, { first_seq: 15, count: 1 }],
    }
    expect(guessSeq(density, noon + 500)).toBe(4)
    expect(guessSeq(density, noon + 1500)).toBe(9)
    expect(guessSeq(density, noon + 2500)).toBe(14)
    expect(guessSeq(density, noon + 9000)).toBe(15)
  })
})

describe('a stretch', () => {
  const since = noon - 10 * minute
  it('is no longer than the life of the home and ends no later than now', () => {
    expect(stretchAround(noon, 86_400_000, since, noon)).toEqual({ from: since, to: noon })
    expect(stretchAround(noon, 2 * minute, since, noon)).toEqual({ from: noon - 2 * minute, to: noon })
  })
  it('lies around the instant that is looked at', () => {
    const stretch = stretchAround(noon - 5 * minute, 2 * minute, since, noon)
    expect(stretch).toEqual({ from: noon - 6 * minute, to: noon - 4 * minute })
    expect(within(noon - 5 * minute, stretch)).toBe(true)
    expect(stretchAround(since, 2 * minute, since, noon).from).toBe(since)
  })
})

describe('zooming', () => {
  const hour = { from: noon - 60 * minute, to: noon }
  it('leaves the instant under the finger where it is', () => {
    expect(zoomed(hour, 0.5, noon - 15 * minute)).toEqual({ from: noon - 37.5 * minute, to: noon - 7.5 * minute })
    expect(zoomed(hour, 2, noon)).toEqual({ from: noon - 120 * minute, to: noon })
  })
  it('ends at a second', () => {
    const { from, to } = zoomed(hour, 1e-9, noon)
    expect(to - from).toBe(1000)
    expect(stretchAround(noon, 10, noon - 86_400_000, noon)).toEqual({ from: noon - 1000, to: noon })
  })
})

describe('ticks', () => {
  it('stand at round times of the home’s own zone', () => {
    const day = { from: noon - 86_400_000, to: noon }
    expect(ticks(day, 'Asia/Kathmandu', 6).map((t) => t.words)).toEqual(['18:00', '3 May', '06:00', '12:00'])
    expect(ticks({ from: noon, to: noon + 600_000 }, 'Europe/Paris', 3).map((t) => t.words)).toEqual(['14:00', '14:05', '14:10'])
  })
})
