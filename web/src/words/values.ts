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
}

/** What a device tells beside what it is for. */
const besides = new Set(['batteryPercent', 'batteryLow', 'linkQuality', 'voltage', 'activeCurrent', 'tamper'])

/** Whether a property is what the device is for, and not only how it fares. */
export const isMain = (property: string) => !besides.has(property)

/** What a property is called. */
export const titleWords = (property: string, schema?: Schema) => titles[property] ?? schema?.title ?? spaced(property)

/** A value of a property as a person would say it. */
export function valueWords(property: string, value: unknown, schema?: Schema): string {
  if (typeof value === 'boolean') {
    const pair = truths[property]
    return pair ? pair[value ? 0 : 1] : value ? 'Yes' : 'No'
  }
  if (typeof value === 'number') {
    return property === 'currentPositionLiftPercentage' ? closedBy(value) : quantity(value, schema?.unit)
  }
  if (typeof value === 'string') return choices[property]?.[value] ?? spaced(value)
  if (value === null || value === undefined) return 'Nothing'
  return JSON.stringify(value)
}

/** Whether a value says the thing by itself, so that no title is needed before it. */
export function speaksForItself(property: string): boolean {
  return property in truths || property in choices || property === 'currentPositionLiftPercentage' || property === 'temperature'
}

/** A value with what it is of: "Brightness 60 %", or "On". */
export function statement(property: string, value: unknown, schema?: Schema): string {
  const words = valueWords(property, value, schema)
  return speaksForItself(property) ? words : `${titleWords(property, schema)} ${words}`
}
