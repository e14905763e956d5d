import type { Device, RuleDocument } from '../api/types'
import { isLamp } from '../words/kinds'
import { deviceWords, type Things } from '../words/rules'

/** A rule that would do something useful in this very home. */
export interface Suggestion {
  title: string
  document: RuleDocument
}

/** How many are shown. */
const shown = 3
const minutes = 60_000

const kind = (name: string) => (device: Device) => device.kind === name
const knows = (property: string) => (device: Device) => property in device.affordances.properties
const can = (action: string) => (device: Device) => action in device.affordances.actions

/** The useful rules that the devices of the home allow, the best first. */
export function suggestions(things: Things): Suggestion[] {
  const devices = [...things.picture.devices.values()].sort((a, b) => a.name.localeCompare(b.name))
  const find = (test: (device: Device) => boolean, near?: Device) =>
    devices.find((device) => test(device) && near !== undefined && device.room !== null && device.room === near.room) ?? devices.find(test)
  const found: Suggestion[] = []
  const name = (device: Device) => deviceWords(device.id, things)

  const motion = find(knows('occupancy'))
  const lamp = find((device) => isLamp(device.kind), motion)
  if (motion && lamp) {
    found.push({ title: `Light when somebody moves: ${name(lamp)}`, document: lightOnMotion(motion.id, lamp.id) })
  }
  const leak = find(knows('waterLeak'))
  const valve = find(can('closeValve'))
  if (leak && valve) {
    found.push({
      title: `Shut off the water when there is a leak: ${name(valve)}`,
      document: {
        triggers: [{ property: { device: leak.id, property: 'waterLeak', to: true } }],
        actions: [{ command: { device: valve.id, action: 'closeValve' } }, { notify: {} }],
      },
    })
  }
  const lock = find(can('lockDoor'))
  if (lock) {
    found.push({
      title: `Lock up at night: ${name(lock)}`,
      document: { triggers: [{ time: { at: '23:00', days: [] } }], actions: [{ command: { device: lock.id, action: 'lockDoor' } }] },
    })
  }
  const contact = find(knows('contact'))
  if (contact) {
    found.push({
      title: `Tell me when it stays open: ${name(contact)}`,
      document: {
        triggers: [{ property: { device: contact.id, property: 'contact', to: false, for_ms: 10 * minutes } }],
        actions: [{ notify: {} }],
      },
    })
  }
  const heater = find(kind('thermostat'))
  if (heater) {
    found.push({
      title: `Warm when you get up: ${name(heater)}`,
      document: {
        triggers: [{ time: { at: '06:30', days: ['mon', 'tue', 'wed', 'thu', 'fri'] } }],
        actions: [{ command: { device: heater.id, set: { occupiedHeatingSetpoint: 21 } } }],
      },
    })
  }
  const night = find((device) => isLamp(device.kind))
  if (night) {
    found.push({
      title: `Off at midnight: ${name(night)}`,
      document: { triggers: [{ time: { at: '00:00', days: [] } }], actions: [{ command: { device: night.id, set: { onOff: false } } }] },
    })
  }
  return found.slice(0, shown)
}

function lightOnMotion(motion: string, lamp: string): RuleDocument {
  const turn = (onOff: boolean) => ({ command: { device: lamp, set: { onOff } } })
  return {
    triggers: [{ property: { device: motion, property: 'occupancy', to: true } }],
    actions: [turn(true), { delay: { ms: 5 * minutes } }, turn(false)],
    concurrency: 'restart',
  }
}
