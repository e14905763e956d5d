import type { Device } from '../api/types'
import { titleWords, valueWords } from './values'

const becomes: Record<string, Record<string, string>> = {
  onOff: { true: 'turns on', false: 'turns off' },
  contact: { true: 'is closed', false: 'is opened' },
  occupancy: { true: 'sees motion', false: 'sees no more motion' },
  waterLeak: { true: 'finds water', false: 'is dry again' },
  batteryLow: { true: 'runs low on battery', false: 'has a fresh battery' },
  tamper: { true: 'is tampered with', false: 'is whole again' },
  privacyMode: { true: 'looks away', false: 'watches again' },
  streaming: { true: 'starts streaming', false: 'stops streaming' },
  lockState: { locked: 'is locked', unlocked: 'is unlocked', notFullyLocked: 'is not fully locked' },
  valveState: { open: 'opens', closed: 'closes', transitioning: 'begins to move' },
  smokeState: { normal: 'finds no more smoke', warning: 'finds some smoke', critical: 'finds smoke' },
  gasState: { normal: 'finds no more gas', warning: 'finds some gas', critical: 'finds gas' },
}

const stands: Record<string, Record<string, string>> = {
  onOff: { true: 'is on', false: 'is off' },
  contact: { true: 'is closed', false: 'is open' },
  occupancy: { true: 'sees motion', false: 'sees no motion' },
  waterLeak: { true: 'finds water', false: 'is dry' },
  batteryLow: { true: 'is low on battery', false: 'has battery left' },
  tamper: { true: 'was tampered with', false: 'is whole' },
  privacyMode: { true: 'looks away', false: 'watches' },
  streaming: { true: 'is streaming', false: 'is not streaming' },
  lockState: { locked: 'is locked', unlocked: 'is unlocked', notFullyLocked: 'is not fully locked' },
  valveState: { open: 'is open', closed: 'is closed', transitioning: 'is moving' },
  smokeState: { normal: 'finds no smoke', warning: 'finds some smoke', critical: 'finds smoke' },
  gasState: { normal: 'finds no gas', warning: 'finds some gas', critical: 'finds gas' },
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)
const schemaOf = (device: Device | undefined, property: string) => device?.affordances.properties[property]

/** "sees motion", "turns on": what becomes of a property. */
export function becomesWords(device: Device | undefined, property: string, value: unknown): string {
  const schema = schemaOf(device, property)
  return becomes[property]?.[String(value)] ?? `has ${lower(titleWords(property, schema))} become ${lower(valueWords(property, value, schema))}`
}

/** "is on", "sees no motion": how a property is. */
export function standsWords(device: Device | undefined, property: string, value: unknown): string {
  const schema = schemaOf(device, property)
  return stands[property]?.[String(value)] ?? `has ${lower(titleWords(property, schema))} at ${lower(valueWords(property, value, schema))}`
}
