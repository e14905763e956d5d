import type { Actor, Command, Device, Session } from '../api/types'
import { kindWords } from './kinds'
import { byWeight, spaced, titleWords, valueWords } from './values'

const doing: Record<string, string> = {
  lockDoor: 'lock',
  unlockDoor: 'unlock',
  openValve: 'open',
  closeValve: 'close',
  upOrOpen: 'open',
  downOrClose: 'close',
  stopMotion: 'stop',
  identify: 'show which one it is',
}

/** Properties whose name is already what is asked: "heat to 21 °C". */
export const toward: Record<string, string> = { occupiedHeatingSetpoint: 'heat to', occupiedCoolingSetpoint: 'cool to' }

type Wish = { set?: Record<string, unknown> | null; action?: string | null }

/** What a command asks for: "turn on", "set brightness to 60 %", "unlock". */
export function wishWords(wish: Wish, device?: Device): string {
  if (wish.action) return doing[wish.action] ?? device?.affordances.actions[wish.action]?.title.toLowerCase() ?? spaced(wish.action).toLowerCase()
  const parts = Object.entries(wish.set ?? {}).sort(([a], [b]) => byWeight(a, b)).map(([name, value]) => {
    const schema = device?.affordances.properties[name]
    if (name === 'onOff') return value === true ? 'turn on' : 'turn off'
    if (name === 'currentPositionLiftPercentage' && typeof value === 'number') return `go to ${100 - value} % open`
    if (toward[name]) return `${toward[name]} ${valueWords(name, value, schema)}`
    if (name === 'privacyMode') return value === true ? 'look away' : 'watch'
    return `set ${titleWords(name, schema).toLowerCase()} to ${valueWords(name, value, schema)}`
  })
  return parts.join(' and ') || 'do something'
}

/** Who did it, as the subject of a sentence. */
export function actorWords(actor: Actor, me?: Session | null): string {
  if (actor.kind === 'person') return actor.id !== null && actor.id === me?.person.id ? 'You' : (actor.name ?? 'Somebody')
  if (actor.kind === 'local') return 'Somebody at home'
  if (actor.kind === 'gateway') return actor.name ?? 'The gateway'
  if (actor.kind === 'rule') return actor.name ? `The rule “${actor.name}”` : 'A rule'
  return 'Logis'
}

/** Who did it, as an owner: "your", "Anna's". */
export function actorsOwn(actor: Actor, me?: Session | null): string {
  const who = actorWords(actor, me)
  return who === 'You' ? 'your' : `${who.charAt(0).toLowerCase() === 't' ? who.replace(/^The/, 'the') : who}’s`
}

const reasons: Record<string, string> = {
  deadline: 'There was no time left to do it safely.',
  no_answer: 'No answer came back in time.',
  edge_offline: 'The gateway is away. This is only done while somebody can see it happen.',
  unreachable: 'The gateway could not reach it.',
  at_once: 'It cannot fade, so it changed at once.',
  newer_command: 'Something newer was wanted of it meanwhile.',
  newer_local_act: 'Somebody at home wanted something else meanwhile.',
  token_ended: 'The token that asked for it has ended.',
  not_allowed_any_more: 'Whoever asked may not any more.',
}

/** Why a command ended as it did. Reasons from a radio are told as they came. */
export function reasonWords(reason: string | null | undefined): string | null {
  if (!reason) return null
  return reasons[reason] ?? `${spaced(reason).replace(/\.$/, '')}.`
}

/** How a command stands, for its device's tile and page. */
export function statusWords(command: Command, device?: Device): string {
  const noun = device ? kindWords(device.kind).noun : 'the device'
  switch (command.status) {
    case 'requested':
      return 'Asked'
    case 'sent':
      return 'Sent'
    case 'delivered':
      return 'The gateway has it'
    case 'succeeded':
      return 'Confirmed'
    case 'failed':
      return `${noun.charAt(0).toUpperCase()}${noun.slice(1)} did not do it`
    case 'rejected':
      return 'Refused'
    case 'expired':
      return 'Too late, not done'
    case 'superseded':
      return 'Replaced by a newer command'
    case 'cancelled':
      return 'Withdrawn'
    default:
      return 'Nobody knows if it was done'
  }
}
