import type { Device } from '../api/types'
import type { HomePicture } from '../data/picture'
import { reported } from '../data/truth'
import { isLamp } from '../words/kinds'
import { quantity } from '../words/units'

/** A mere temperature sensor may well hang outside; these stand in rooms. */
const indoors = ['climate-sensor', 'thermostat', 'air-conditioner']

/** What a glance should tell of some devices. */
export interface Summary {
  lightsOn: number
  lights: number
  /** Names of doors and windows that are open, and of locks that are not locked. */
  open: string[]
  locks: number
  /** Doors and locks that cannot be heard now, so that nobody can say how they are. */
  unsure: number
  warmth: string | null
  moisture: string | null
  motion: boolean
}

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

/** Whether what a device told can be believed to be so still. */
function heard(picture: HomePicture, device: Device): boolean {
  return picture.gateways.get(device.gateway)?.connected !== false && picture.twins.get(device.id)?.available?.is !== false
}

/**
 * Adds up what devices told. What was never told, or may not be so any more,
 * counts for nothing; nor does anything while this page is cut off.
 */
export function summarise(picture: HomePicture, devices: Iterable<Device>, connected = true): Summary {
  const sum: Summary = { lightsOn: 0, lights: 0, open: [], locks: 0, unsure: 0, warmth: null, moisture: null, motion: false }
  const warm: number[] = []
  const warmIndoors: number[] = []
  const moist: number[] = []
  for (const device of devices) {
    const twin = picture.twins.get(device.id)
    const read = (name: string) => reported(twin, name)
    if (!connected || !heard(picture, device)) {
      if (device.kind === 'lock' || device.kind === 'contact-sensor') sum.unsure++
      continue
    }
    if (isLamp(device.kind)) {
      sum.lights++
      if (read('onOff') === true) sum.lightsOn++
    }
    const lock = read('lockState')
    if (lock !== undefined) sum.locks++
    if (read('contact') === false || (lock !== undefined && lock !== 'locked')) sum.open.push(device.name)
    if (read('occupancy') === true) sum.motion = true
    const warmth = read('temperature') ?? read('localTemperature')
    if (typeof warmth === 'number') (indoors.includes(device.kind) ? warmIndoors : warm).push(warmth)
    const moisture = read('relativeHumidity')
    if (typeof moisture === 'number') moist.push(moisture)
  }
  const warmth = mean(warmIndoors) ?? mean(warm)
  const moisture = mean(moist)
  return {
    ...sum,
    warmth: warmth === null ? null : quantity(warmth, 'celsius'),
    moisture: moisture === null ? null : `${quantity(moisture, 'percent')} humidity`,
  }
}

/** Something a person should look at. */
export interface Concern {
  device: Device
  words: string
  alarm: boolean
}

/** What needs somebody: dangers first, then what wants a hand. */
export function concerns(picture: HomePicture): Concern[] {
  const found: Concern[] = []
  for (const device of picture.devices.values()) {
    const twin = picture.twins.get(device.id)
    const add = (words: string, alarm = false) => found.push({ device, words, alarm })
    const smoke = reported(twin, 'smokeState')
    const gas = reported(twin, 'gasState')
    if (smoke === 'warning' || smoke === 'critical') add('Smoke', true)
    if (gas === 'warning' || gas === 'critical') add('Gas', true)
    if (reported(twin, 'waterLeak') === true) add('Water where there should be none', true)
    if (reported(twin, 'tamper') === true) add('Somebody opened it up')
    const percent = reported(twin, 'batteryPercent')
    if (reported(twin, 'batteryLow') === true || (typeof percent === 'number' && percent <= 10)) {
      add(typeof percent === 'number' ? `Battery at ${Math.round(percent)} %` : 'Battery low')
    }
    if (twin?.available && !twin.available.is && picture.gateways.get(device.gateway)?.connected) add('Can’t be reached')
  }
  return found.sort((a, b) => Number(b.alarm) - Number(a.alarm) || a.device.name.localeCompare(b.device.name))
}
