import { describe, expect, it } from 'vitest'
import type { Density } from '../api/types'
import { at, noon } from '../testing/samples'
import { bars, lanes, mostLanes, wide } from './marks'

const density = (rooms: number[][], counts = [1, 0, 3, 0]): Density => ({
  from: at(0), to: at(4), bucket_ms: 1000,
  buckets: counts.map((count) => ({ count, first_seq: count === 0 ? 0 : 1 })),
  lanes: rooms.map((of, i) => ({ room: i === 0 ? null : `room-${i}`, name: i === 0 ? null : `Room ${i}`, counts: of })),
})
const stretch = { from: noon, to: noon + 4000 }

describe('bars', () => {
  it('stand where their events lie, in the stretch that is shown now', () => {
    expect(bars(density([]), stretch)).toMatch(/^M125\.0 100V[\d.]+M625\.0 100V4\.0$/)
    expect(bars(density([]), { from: noon + 2000, to: noon + 4000 })).toBe(`M${wide / 4}.0 100V4.0`)
    expect(bars(undefined, stretch)).toBe('')
  })
})

describe('lanes', () => {
  it('come with the busiest room first and draw much darker than little', () => {
    const [first, second] = lanes(density([[1, 0, 0, 0], [0, 0, 9, 1]]), stretch)
    expect([first?.name, second?.name]).toEqual(['Room 1', 'The home itself'])
    expect(first?.levels[3]).toBe('M500.0 0h250.0v10h-250.0z')
    expect(first?.levels.filter((path) => path !== '')).toHaveLength(2)
  })

  it('are bounded: the quietest share one', () => {
    const many = lanes(density(Array.from({ length: 20 }, (_, i) => [i + 1, 0, 0, 0])), stretch)
    expect(many).toHaveLength(mostLanes)
    expect(many.at(-1)?.name).toBe(`${20 - mostLanes + 1} more`)
  })
})
