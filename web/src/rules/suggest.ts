import type { Device, RuleAction, RuleDocument } from '../api/types'
import { isLamp } from '../words/kinds'
import { deviceWords, type Things } from '../words/rules'
import { triggerKey } from './partkeys'

/** A rule that would do something useful in this very home. */
export interface Suggestion {
  /** What it does, as one sentence. */
  sentence: string
  document: RuleDocument
}

const minutes = 60_000
/** How long something stays on, if nobody says otherwise, in milliseconds. */
export const aWhile = 5 * minutes

/** What switches off again what an action switches on, after a while. */
export function offAgain(action: RuleAction | undefined): RuleAction[] {
  const { command } = action ?? {}
  return command?.set?.onOff === true ? [{ delay: { ms: aWhile } }, { command: { device: command.device, set: { onOff: false } } }] : []
}

const knows = (property: string) => (device: Device) => property in device.affordances.properties
const can = (action: string) => (device: Device) => action in device.affordances.actions

/** Finds a device of the home; one in the same room as another where there is one. */
type Find = (test: (device: Device) => boolean, near?: Device) => Device | undefined

/** The useful rules that the devices of the home allow, the best first. */
export function suggestions(things: Things): Suggestion[] {
  const devices = [...things.picture.devices.values()].sort((a, b) => a.name.localeCompare(b.name))
  const find: Find = (test, near) =>
    devices.find((device) => test(device) && near !== undefined && device.room !== null && device.room === near.room) ?? devices.find(test)
  return [onMotion, onLeak, onOpen, onSmoke, atNight, inTheMorning, offAtMidnight].flatMap((make) => make(find, things) ?? [])
}

/** The suggestions that begin as what is written so far does, and are not written yet. */
export function fitting(things: Things, { triggers, actions }: RuleDocument): Suggestion[] {
  const [first] = triggers
  if (actions.length > 0) return []
  return suggestions(things).filter(({ document }) => !first || document.triggers.some((t) => triggerKey(t) === triggerKey(first)))
}

type Make = (find: Find, things: Things) => Suggestion | undefined

const turn = ({ id }: Device, onOff: boolean): RuleAction => ({ command: { device: id, set: { onOff } } })
const roomOf = ({ room }: Device, { picture }: Things) => (room === null ? undefined : picture.rooms.get(room)?.name)

const onMotion: Make = (find, things) => {
  const motion = find(knows('occupancy'))
  const lamp = find(({ kind }) => isLamp(kind), motion)
  if (!motion || !lamp) return undefined
  const room = roomOf(motion, things)
  const where = room ? `somebody moves in ${room}` : `${motion.name} sees motion`
  return {
    sentence: `${deviceWords(lamp.id, things)} goes on when ${where}, after sunset, for 5 minutes`,
    document: {
      triggers: [{ property: { device: motion.id, property: 'occupancy', to: true } }],
      condition: { sun: { is: 'down' } },
      actions: [turn(lamp, true), ...offAgain(turn(lamp, true))],
      concurrency: 'restart',
    },
  }
}

const onLeak: Make = (find, things) => {
  const [leak, valve] = [find(knows('waterLeak')), find(can('closeValve'))]
  return leak && valve && {
    sentence: `${deviceWords(valve.id, things)} closes and you are told when ${deviceWords(leak.id, things)} finds water`,
    document: {
      triggers: [{ property: { device: leak.id, property: 'waterLeak', to: true } }],
      actions: [{ command: { device: valve.id, action: 'closeValve' } }, { notify: {} }],
    },
  }
}

const onOpen: Make = (find, things) => {
  const contact = find(knows('contact'))
  return contact && {
    sentence: `You are told when ${deviceWords(contact.id, things)} stays open for 10 minutes`,
    document: {
      triggers: [{ property: { device: contact.id, property: 'contact', to: false, for_ms: 10 * minutes } }],
      actions: [{ notify: {} }],
    },
  }
}

const onSmoke: Make = (find, things) => {
  const smoke = find(knows('smokeState'))
  const lamp = find(({ kind }) => isLamp(kind), smoke)
  return smoke && lamp && {
    sentence: `${deviceWords(lamp.id, things)} goes on and you are told when ${deviceWords(smoke.id, things)} finds smoke`,
    document: {
      triggers: [{ property: { device: smoke.id, property: 'smokeState', to: 'critical' } }],
      actions: [turn(lamp, true), { notify: {} }],
    },
  }
}

const atNight: Make = (find, things) => {
  const lock = find(can('lockDoor'))
  return lock && {
    sentence: `${deviceWords(lock.id, things)} locks every night at 23:00`,
    document: { triggers: [{ time: { at: '23:00', days: [] } }], actions: [{ command: { device: lock.id, action: 'lockDoor' } }] },
  }
}

const inTheMorning: Make = (find, things) => {
  const heater = find(({ kind }) => kind === 'thermostat')
  return heater && {
    sentence: `${deviceWords(heater.id, things)} heats to 21 °C every weekday at 6:30`,
    document: {
      triggers: [{ time: { at: '06:30', days: ['mon', 'tue', 'wed', 'thu', 'fri'] } }],
      actions: [{ command: { device: heater.id, set: { occupiedHeatingSetpoint: 21 } } }],
    },
  }
}

const offAtMidnight: Make = (find, things) => {
  const lamp = find(({ kind }) => isLamp(kind))
  return lamp && {
    sentence: `${deviceWords(lamp.id, things)} goes off every night at midnight`,
    document: { triggers: [{ time: { at: '00:00', days: [] } }], actions: [turn(lamp, false)] },
  }
}
