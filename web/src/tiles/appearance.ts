import type { Device, Twin } from '../api/types'
import type { Look } from '../glyphs/Glyph'
import { reported } from '../data/truth'
import { isMain, scaleWords, statement, valueWords } from '../words/values'

/** What colour a device's state has. */
export type Tone = 'calm' | 'glow' | 'heat' | 'cool' | 'notice' | 'alarm'

/** How a device looks: its picture, its state in words, its colour. */
export interface Appearance {
  look: Look
  /** The state in a few words; null when the device was never heard. */
  words: string | null
  tone: Tone
}

type Read = (name: string) => unknown
type Say = (name: string) => string | null
type Paint = (read: Read, say: Say) => Omit<Appearance, 'words'> & { words: (string | null)[] }

const fraction = (value: unknown, from: number, to: number) =>
  typeof value === 'number' ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0.5

const switched =
  (tone: Tone, extra: string): Paint =>
  (read, say) => {
    const on = read('onOff') === true
    return { look: { on, level: 1 }, tone: on ? tone : 'calm', words: [say('onOff'), on ? say(extra) : null] }
  }

const sensor =
  (property: string, from: number, to: number, tone: Tone = 'calm'): Paint =>
  (read, say) => ({ look: { on: false, level: fraction(read(property), from, to) }, tone, words: [say(property)] })

const danger =
  (property: string): Paint =>
  (read, say) => {
    const state = read(property)
    const on = state === true || state === 'warning' || state === 'critical'
    return { look: { on, level: on ? 1 : 0 }, tone: on ? 'alarm' : 'calm', words: [say(property)] }
  }

const airConditioner: Paint = (read, say) => {
  const on = read('onOff') === true
  const tone = read('systemMode') === 'heat' ? 'heat' : 'cool'
  const doing = on ? say('systemMode') : say('onOff')
  return { look: { on, level: 0.5 }, tone: on ? tone : 'calm', words: [say('localTemperature'), doing] }
}

const thermostat: Paint = (read, say) => {
  const wanted = read('occupiedHeatingSetpoint')
  const inside = read('localTemperature')
  const on = read('systemMode') === 'heat' && typeof wanted === 'number' && typeof inside === 'number' && wanted > inside
  return {
    look: { on, level: fraction(wanted, 5, 30) },
    tone: on ? 'heat' : 'calm',
    words: [say('localTemperature'), on ? 'Heating' : null],
  }
}

const openable =
  (property: string, closed: unknown, level: (value: unknown) => number, tone: Tone = 'notice'): Paint =>
  (read, say) => {
    const value = read(property)
    const on = value !== undefined && value !== closed
    return { look: { on, level: level(value) }, tone: on ? tone : 'calm', words: [say(property)] }
  }

const paints: Record<string, Paint> = {
  light: switched('glow', 'currentLevel'),
  'dimmable-light': switched('glow', 'currentLevel'),
  'color-light': switched('glow', 'currentLevel'),
  dimmer: switched('glow', 'currentLevel'),
  switch: switched('glow', 'onOff.none'),
  plug: switched('cool', 'activePower'),
  curtain: (read, say) => ({
    look: { on: false, level: fraction(read('currentPositionLiftPercentage'), 0, 100) },
    tone: 'calm',
    words: [say('currentPositionLiftPercentage')],
  }),
  'air-conditioner': airConditioner,
  thermostat,
  lock: openable('lockState', 'locked', () => 0),
  valve: openable('valveState', 'closed', () => 0, 'cool'),
  'contact-sensor': openable('contact', true, () => 0),
  'motion-sensor': openable('occupancy', false, () => 0, 'cool'),
  'temperature-sensor': sensor('temperature', 5, 35),
  'humidity-sensor': sensor('relativeHumidity', 0, 100),
  'climate-sensor': (read, say) => ({
    look: { on: false, level: fraction(read('temperature'), 5, 35) },
    tone: 'calm',
    words: [say('temperature'), say('relativeHumidity')],
  }),
  'leak-sensor': danger('waterLeak'),
  'smoke-alarm': danger('smokeState'),
  'gas-alarm': danger('gasState'),
  'light-sensor': (read) => ({
    look: { on: false, level: Math.min(1, Math.log10(1 + Number(read('illuminance') ?? 0)) / 4) },
    tone: 'calm',
    words: [scaleWords('illuminance', read('illuminance')) ?? null],
  }),
  'sleep-sensor': (read, say) => {
    const on = ['light', 'deep', 'rem'].includes(String(read('sleepStage')))
    return { look: { on, level: 0 }, tone: on ? 'cool' : 'calm', words: [say('sleepStage')] }
  },
  'camera-hub': (read, say) => {
    const on = read('privacyMode') === false
    return { look: { on, level: 0 }, tone: on ? 'notice' : 'calm', words: [say('privacyMode')] }
  },
  meter: sensor('activePower', 0, 6000),
}

/** The newest thing a device without lasting values told: "Pressed twice". */
export function lastSignal(device: Device, twin: Twin | undefined): { words: string; at: string } | null {
  const newest = Object.entries(twin?.signals ?? {}).sort((a, b) => b[1].seq - a[1].seq)[0]
  if (!newest) return null
  const [name, signal] = newest
  const count = (signal.data as { count?: number } | undefined)?.count ?? 1
  const title = device.affordances.events[name]?.title ?? name
  return { words: count === 2 ? `${title} twice` : count > 2 ? `${title} ${count} times` : title, at: signal.at }
}

function plain(device: Device, twin: Twin | undefined): Appearance {
  const first = Object.keys(twin?.properties ?? {}).find((name) => isMain(name) && reported(twin, name) !== undefined)
  const signal = lastSignal(device, twin)
  const words = first
    ? statement(first, reported(twin, first), device.affordances.properties[first])
    : (signal?.words ?? (device.kind === 'button' ? 'Not pressed yet' : null))
  return { look: { on: false, level: 0 }, words, tone: 'calm' }
}

/** How a device looks in the state it told last. */
export function appearanceOf(device: Device, twin: Twin | undefined): Appearance {
  const paint = paints[device.kind]
  if (!paint) return plain(device, twin)
  const read: Read = (name) => reported(twin, name)
  const say: Say = (name) => {
    const value = read(name)
    return value === undefined ? null : valueWords(name, value, device.affordances.properties[name])
  }
  const { look, tone, words } = paint(read, say)
  return { look, tone, words: words.filter((w) => w !== null).join(' · ') || null }
}
