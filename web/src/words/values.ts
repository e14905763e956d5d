import type { Schema } from '../api/types'
import { quantity } from './units'

type Pair = readonly [whenTrue: string, whenFalse: string]

const truths: Record<string, Pair> = {
  onOff: ['On', 'Off'],
  contact: ['Closed', 'Open'],
  occupancy: ['Motion', 'No motion'],
  waterLeak: ['Water!', 'Dry'],
  batteryLow: ['Battery low', 'Battery fine'],
  tamper: ['Opened up', 'Untouched'],
  privacyMode: ['Private', 'Watching'],
  streaming: ['Streaming', 'Not streaming'],
}

const choices: Record<string, Record<string, string>> = {
  lockState: { locked: 'Locked', unlocked: 'Unlocked', notFullyLocked: 'Not fully locked' },
  valveState: { open: 'Open', closed: 'Closed', transitioning: 'Moving' },
  smokeState: { normal: 'No smoke', warning: 'Some smoke', critical: 'Smoke!' },
  gasState: { normal: 'No gas', warning: 'Some gas', critical: 'Gas!' },
  sleepStage: { away: 'Out of bed', awake: 'Awake', light: 'Light sleep', deep: 'Deep sleep', rem: 'Dreaming' },
  systemMode: { off: 'Off', heat: 'Heat', cool: 'Cool', auto: 'Auto', dry: 'Dry', fanOnly: 'Fan only' },
  fanMode: { off: 'Off', low: 'Low', medium: 'Medium', high: 'High', auto: 'Auto' },
}

/** Words for numbers that only engineers read: the first limit that is not reached names the value. */
const scales: Record<string, readonly (readonly [below: number, words: string])[]> = {
  illuminance: [[5, 'Dark'], [80, 'Dim'], [1000, 'Well lit'], [Infinity, 'Bright']],
  linkQuality: [[50, 'Weak'], [120, 'Fair'], [Infinity, 'Strong']],
  colorTemperatureMireds: [[220, 'Cool white'], [310, 'Neutral white'], [Infinity, 'Warm white']],
  currentHue: [
    [15, 'Red'], [45, 'Orange'], [70, 'Yellow'], [160, 'Green'], [200, 'Turquoise'], [255, 'Blue'], [290, 'Violet'],
    [345, 'Pink'], [Infinity, 'Red'],
  ],
}

/** A number in a word: 320 lux is "Well lit". Undefined for what is best told as a number. */
export const scaleWords = (property: string, value: unknown) =>
  typeof value === 'number' ? scales[property]?.find(([below]) => value < below)?.[1] : undefined

/** How closed a curtain is, in words. */
function closedBy(percent: number): string {
  if (percent <= 0) return 'Open'
  if (percent >= 100) return 'Closed'
  return `${100 - percent} % open`
}

/** Turns "fanOnly" into "Fan only". */
export function spaced(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]/g, ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Where the models name what is true ("Closed"), a person needs the name of what it is about. */
const titles: Record<string, string> = {
  onOff: 'Power',
  contact: 'Door or window',
  currentPositionLiftPercentage: 'Position',
  tamper: 'Tampering',
  illuminance: 'Light',
  currentHue: 'Colour',
  currentSaturation: 'Colour strength',
  colorTemperatureMireds: 'White tone',
}

/** What a device tells beside what it is for. */
const besides = new Set(['batteryPercent', 'batteryLow', 'linkQuality', 'voltage', 'activeCurrent', 'tamper'])

/** Whether a property is what the device is for, and not only how it fares. */
export const isMain = (property: string) => !besides.has(property)

/** What a hand reaches for first comes first; how a device fares comes last. */
const order = [
  'onOff', 'lockState', 'valveState', 'currentLevel', 'currentPositionLiftPercentage', 'temperature', 'localTemperature',
  'relativeHumidity', 'occupiedHeatingSetpoint', 'occupiedCoolingSetpoint', 'systemMode', 'fanMode',
  'colorTemperatureMireds', 'currentHue', 'currentSaturation',
]

/** Sorts the names of properties by what matters most to a person. */
export function byWeight(a: string, b: string): number {
  const weight = (name: string) => (isMain(name) ? (order.indexOf(name) + 1 || order.length + 1) : order.length + 2)
  return weight(a) - weight(b)
}

/** What a property is called. */
export const titleWords = (property: string, schema?: Schema) => titles[property] ?? schema?.title ?? spaced(property)

/** What is told in words alone: the number behind it means nothing to anybody. */
const bare = new Set(['linkQuality', 'currentHue'])

/** A value of a property as a person would say it. */
export function valueWords(property: string, value: unknown, schema?: Schema): string {
  if (typeof value === 'boolean') {
    const pair = truths[property]
    return pair ? pair[value ? 0 : 1] : value ? 'Yes' : 'No'
  }
  if (typeof value === 'number') {
    if (property === 'currentPositionLiftPercentage') return closedBy(value)
    const exact = quantity(value, schema?.unit)
    const words = scaleWords(property, value)
    if (words === undefined) return exact
    return bare.has(property) ? words : `${words} (${exact})`
  }
  if (typeof value === 'string') return choices[property]?.[value] ?? spaced(value)
  if (value === null || value === undefined) return 'Nothing'
  return JSON.stringify(value)
}

const selfTold = new Set(['currentPositionLiftPercentage', 'temperature', 'illuminance', 'colorTemperatureMireds'])

/** "Heat" alone could be what is done or what is wanted. */
const modes = new Set(['systemMode', 'fanMode'])

/** Whether a value says the thing by itself, so that no title is needed before it. */
export const speaksForItself = (property: string) =>
  property in truths || (property in choices && !modes.has(property)) || selfTold.has(property)

/** A value with what it is of: "Brightness 60 %", or "On". */
export function statement(property: string, value: unknown, schema?: Schema): string {
  const words = valueWords(property, value, schema)
  return speaksForItself(property) ? words : `${titleWords(property, schema)} ${words}`
}
