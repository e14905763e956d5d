import { expect, it } from 'vitest'
import type { StatPoint, Statistics } from '../api/types'
import { at, lamp } from '../testing/samples'
import { charted, drawing, meter, totalWords } from './chart'

const point = (more: Partial<StatPoint>): StatPoint => ({
  start: at(0), count: 1, last: null, min: null, max: null, mean: null, kwh: null, states: [], ...more,
})
const statistics = (points: StatPoint[], total: StatPoint, before: StatPoint | null = null): Statistics => ({
  device: 'lamp', property: 'x', size: 'hour', from: at(0), to: at(7200), seq: 10, head: 10, points, total, before, hardware: [],
})
const celsius = { title: 'Temperature', type: 'number', read_only: true, unit: 'celsius' } as const

it('draws numbers as a line with its range, and nothing where nothing is known', () => {
  const warm = point({ last: 21, min: 20, max: 22, mean: 21 })
  const { kind, spots } = drawing(statistics([point({}), warm], warm), 'temperature', 'day', 'Europe/Paris', celsius)
  expect(kind).toBe('line')
  expect(spots[0]?.value).toBeNull()
  expect(spots[1]).toMatchObject({ value: 21, low: 20, high: 22, words: '21 °C, from 20 to 22 °C' })
})

it('draws states as the share of time they held', () => {
  const half = point({ last: false, states: [{ value: true, seconds: 900 }, { value: false, seconds: 900 }] })
  const { kind, spots } = drawing(statistics([half], half), 'onOff', 'week', 'Europe/Paris', undefined)
  expect(kind).toBe('bars')
  expect(spots[0]).toMatchObject({ value: 50, words: 'On 15 min, Off 15 min' })
})

it('draws what a meter counts as bars and compares with the time before', () => {
  const used = point({ last: 12, min: 10, max: 12, mean: 11, kwh: 2 })
  const all = statistics([used], used, point({ last: 10, kwh: 1.5 }))
  expect(drawing(all, meter, 'week', 'UTC', undefined).spots[0]).toMatchObject({ value: 2, words: '2 kWh' })
  expect(totalWords(all, meter, 'week', undefined)).toBe('2 kWh. In the week before: 1.5 kWh.')
})

it('offers what a device tells, what it is for first', () => {
  expect(charted(lamp())).toEqual(['onOff', 'currentLevel'])
})
