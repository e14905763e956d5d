import type { Device, Schema, StatPoint, Statistics } from '../api/types'
import type { Range } from '../data/statistics'
import type { Spot } from '../parts/Plot'
import { clockTime, dayWords, moment, span } from '../words/ages'
import { kwhWords } from '../words/energy'
import { byWeight, isMain, valueWords } from '../words/values'
import { numberWords, quantity, unitMark } from '../words/units'

/** What a device counts energy with. */
export const meter = 'cumulativeEnergyImported'

/** The values of a device that make a picture, what matters most first. */
export function charted(device: Device): string[] {
  return Object.entries(device.affordances.properties)
    .filter(([, schema]) => schema.type === 'number' || schema.type === 'integer' || schema.type === 'boolean' || schema.enum !== undefined)
    .map(([name]) => name)
    .sort((a, b) => Number(isMain(b)) - Number(isMain(a)) || byWeight(a, b))
}

/** When a point begins, as short as its chart allows. */
function nameOf(at: number, range: Range, zone: string): string {
  if (range === 'day') return clockTime(at, zone)
  return range === 'year' ? dayWords(at, zone) : moment(at, 0, zone)
}

/** The state that is drawn of a value that is no number: on, or the one that lasted longest. */
const stateOf = (total: StatPoint) => (total.states.some(({ value }) => value === true || value === false) ? true : total.states[0]?.value)

const held = (point: StatPoint, state: unknown) => point.states.find(({ value }) => value === state)?.seconds ?? 0

/** How long a point has been going on, in seconds. */
const lasted = (point: StatPoint) => point.states.reduce((sum, { seconds }) => sum + seconds, 0)

/** The states of a point in words: "On 20 min, Off 40 min". */
function statesWords(property: string, point: StatPoint, schema: Schema | undefined): string {
  return point.states.map(({ value, seconds }) => `${valueWords(property, value, schema)} ${span(seconds * 1000)}`).join(', ')
}

/** What is said of one point. */
export function pointWords(property: string, point: StatPoint, schema: Schema | undefined): string {
  if (point.kwh !== null) return kwhWords(point.kwh)
  if (point.last === null) return 'nothing known'
  if (point.mean === null || point.min === null || point.max === null) return statesWords(property, point, schema) || valueWords(property, point.last, schema)
  const mean = quantity(point.mean, schema?.unit)
  return point.min === point.max ? mean : `${mean}, from ${numberWords(point.min, schema?.unit)} to ${quantity(point.max, schema?.unit)}`
}

/** A chart in the shape that is drawn. */
export interface Drawing {
  kind: 'line' | 'bars'
  spots: Spot[]
  scale: (value: number) => string
}

/** Turns statistics into a drawing: a line for numbers, bars for what is counted and for states. */
export function drawing(statistics: Statistics, property: string, range: Range, zone: string, schema: Schema | undefined): Drawing {
  const { points, total } = statistics
  const state = stateOf(total)
  const numbers = total.mean !== null
  const spots = points.map((point): Spot => {
    const spot = { name: nameOf(Date.parse(point.start), range, zone), words: pointWords(property, point, schema) }
    if (property === meter) return { ...spot, value: point.kwh }
    if (point.mean !== null) return { ...spot, value: point.mean, low: point.min ?? point.mean, high: point.max ?? point.mean }
    return { ...spot, value: point.last === null || numbers || lasted(point) === 0 ? null : (held(point, state) / lasted(point)) * 100 }
  })
  if (property === meter) return { kind: 'bars', spots, scale: (value) => numberWords(value, 'kilowatt hour') }
  if (numbers) return { kind: 'line', spots, scale: (value) => `${numberWords(value, schema?.unit)}${unitMark(schema?.unit) === '°C' ? '°' : ''}` }
  return { kind: 'bars', spots, scale: (value) => `${Math.round(value)} %` }
}

const stretches: Record<Range, string> = { day: 'the day before', week: 'the week before', month: 'the 30 days before', year: 'the year before' }

/** The whole chart in one or two sentences, beside the stretch before. */
export function totalWords(statistics: Statistics, property: string, range: Range, schema: Schema | undefined): string {
  const { total, before } = statistics
  if (total.last === null) return 'Nothing is known of this time.'
  const mean = total.mean !== null && property !== meter ? 'On average ' : ''
  const now = `${mean}${pointWords(property, total, schema)}.`
  if (!before || before.last === null) return now
  const then = property === meter || before.mean === null ? pointWords(property, before, schema) : quantity(before.mean, schema?.unit)
  return `${now} In ${stretches[range]}: ${then}.`
}
