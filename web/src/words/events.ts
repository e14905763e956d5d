import type { Device, Event, Session } from '../api/types'
import type { HomePicture } from '../data/picture'
import { actorWords, reasonWords, wishWords } from './commands'
import { energyTold } from './energyEvents'
import { deliveryWords } from './delivery'
import { byWeight, isMain, spaced, statement, titleWords, valueWords } from './values'
import { deedTellers } from './deeds'
import { gatewayName, gatewayTellers } from './gatewayEvents'

/** What an event needs to be told in words: names, and who is looking. */
export interface Teller {
  picture: Pick<HomePicture, 'devices' | 'rooms' | 'gateways' | 'home'>
  me?: Session | null
  /** The device whose page tells it: its name goes without saying. */
  about?: string
  /** The names of rules, scenes and modes, as far as they are known. */
  names?: ReadonlyMap<string, string>
}

type Tell = (event: Event, teller: Teller) => string

const text = (value: unknown) => (typeof value === 'string' ? value : '')
const number = (value: unknown) => (typeof value === 'number' ? value : 0)
const record = (value: unknown) => (value && typeof value === 'object' ? (value as Record<string, unknown>) : {})
const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)
const quoted = (words: string | null) => (words ? `“${words}”` : 'a new name')

/** A thing with a name and an older version was there before. */
const madeOrBack = ({ data }: Event) => (number(data.reverts) > 0 ? 'brought back' : 'made')

const deviceOf = (event: Event, { picture }: Teller): Device | undefined => picture.devices.get(event.entity)
const deviceName: Tell = (event, teller) => deviceOf(event, teller)?.name ?? 'A device that is gone'
const roomName = (id: string, { picture }: Teller) => picture.rooms.get(id)?.name
/** Puts the device's name before what is told of it, unless it goes without saying. */
function of(event: Event, teller: Teller, words: string): string {
  if (event.entity === teller.about) return words.charAt(0).toUpperCase() + words.slice(1)
  return `${deviceName(event, teller)}: ${words}`
}
const it: Tell = (event, teller) => (event.entity === teller.about ? 'it' : deviceName(event, teller))
function who({ actor }: Event, { me, names }: Teller): string {
  const named = actor.kind === 'rule' && actor.id !== null ? { ...actor, name: names?.get(actor.id) ?? actor.name } : actor
  return actorWords(named, me)
}

function reported(event: Event, teller: Teller): string {
  const device = deviceOf(event, teller)
  const all = Object.entries(record(event.data.values)).sort(([a], [b]) => byWeight(a, b))
  // A battery is only told of when nothing else is.
  const main = all.filter(([name]) => isMain(name))
  const told = main.length > 0 ? main : all
  const said = told.map(([name, value]) => {
    const schema = device?.affordances.properties[name]
    // "Humidity: 45 %" needs its name but once.
    const named = told.length === 1 && event.entity !== teller.about && titleWords(name, schema) === device?.name
    return named ? valueWords(name, value, schema) : statement(name, value, schema)
  })
  return of(event, teller, said.join(', ') || 'nothing new')
}

function signalled(event: Event, teller: Teller): string {
  const name = text(event.data.event)
  const count = number(record(event.data.data).count)
  const times = count === 2 ? ' twice' : count > 2 ? ` ${count} times` : ''
  const title = deviceOf(event, teller)?.affordances.events[name]?.title ?? spaced(name)
  return of(event, teller, `${title}${times}`)
}

function requested(event: Event, teller: Teller): string {
  const wish = { set: record(event.data.set), action: text(event.data.action) }
  return `${who(event, teller)} asked ${it(event, teller)} to ${wishWords(wish, deviceOf(event, teller))}`
}

function ended(end: string): Tell {
  return (event, teller) => {
    const why = reasonWords(text(event.data.reason))
    return of(event, teller, `${end}${why ? `. ${why.replace(/\.$/, '')}` : ''}`)
  }
}

function placed(event: Event, teller: Teller): string {
  const room = text(event.data.room)
  const name = roomName(room, teller)
  if (/^[0-]*$/.test(room)) return of(event, teller, 'taken out of its room')
  return of(event, teller, `moved to ${name ?? 'another room'}`)
}

/** Rules and scenes are not in the picture: their event carries the name beside the log. */
const ruleName: Tell = (e, t) => (e.entity === t.about ? 'The rule' : e.actor.kind === 'rule' && e.actor.name ? `The rule “${e.actor.name}”` : nameOf(e, t, 'rule'))
const nameOf = (e: Event, { names }: Teller, noun: string) => (names?.get(e.entity) ? `The ${noun} “${names.get(e.entity) ?? ''}”` : `A ${noun}`)

function cut(event: Event, teller: Teller): string {
  const other = teller.names?.get(text(event.data.other))
  const device = teller.picture.devices.get(text(event.data.device))?.name
  const why = text(event.data.reason) === 'depth' ? 'rules went round in a circle' : device ? `${device} was moved too often` : 'it fired too often'
  return `${ruleName(event, teller)} was stopped: ${why}${other ? `, together with “${other}”` : ''}`
}

function waited(event: Event, teller: Teller): string {
  const kinds: Record<string, string> = { held: 'watches whether it lasts', delay: 'waits', schedule: 'waits for its time', queued: 'waits for its turn' }
  return `${ruleName(event, teller)} ${kinds[text(event.data.kind)] ?? 'waits'}`
}

function waitEnded(event: Event, teller: Teller): string {
  const ends: Record<string, string> = { due: 'goes on', missed: 'missed its time', left: 'goes on waiting: it did not last', cancelled: 'begins anew' }
  return `${ruleName(event, teller)} ${ends[text(event.data.outcome)] ?? 'goes on'}`
}

const modeNames: Record<string, string> = { home: 'Home', away: 'Away', night: 'Night' }

function modeChanged(event: Event, teller: Teller): string {
  const mode = text(event.data.mode)
  return `${who(event, teller)} set the home to ${modeNames[mode] ?? teller.names?.get(mode) ?? 'a mode of its own'}`
}

const byEnergy = Object.fromEntries(Object.entries(energyTold).map(([type, tell]): [string, Tell] => [type, (e, t) => tell(e, who(e, t), (id) => t.picture.devices.get(text(id))?.name ?? 'a device')]))
const tellers: Record<string, Tell> = {
  ...deedTellers(who, (e) => quoted(e.words)),
  ...gatewayTellers(who),
  'home.created': () => 'The home began',
  'home.renamed': (e, t) => `${who(e, t)} named the home ${quoted(e.words)}`,
  'home.history_regressed': (e, t) => `${gatewayName(e, t)} remembers more than is recorded here: an older copy was restored`,
  'member.invited': () => 'Somebody was invited',
  'member.uninvited': () => 'An invitation was taken back',
  'member.joined': (e) => `${e.words ?? 'Somebody'} joined the home`,
  'member.changed': () => 'A member may do something else now',
  'member.removed': () => 'A member was turned out',
  'member.left': () => 'A member left the home',
  'member.erased': () => 'A member was erased: nothing is known of them any more',
  'room.added': (e, t) => `${who(e, t)} added the room ${quoted(e.words)}`,
  'room.renamed': (e, t) => `${who(e, t)} named a room ${quoted(e.words)}`,
  'room.removed': (e, t) => `${who(e, t)} removed ${roomName(e.entity, t) ?? 'a room'}`,
  'device.registered': (e, t) => of(e, t, 'found by its gateway'),
  'device.placed': placed,
  'device.renamed': (e, t) => `${who(e, t)} named ${e.entity === t.about ? 'it' : 'a device'} ${quoted(e.words)}`,
  'device.removed': (e, t) => `${who(e, t)} removed ${it(e, t)}`,
  'device.reported': reported,
  'device.signalled': signalled,
  'device.availability_changed': (e, t) => of(e, t, e.data.available === true ? 'can be reached' : 'can’t be reached'),
  'command.requested': requested,
  'command.sent': (e, t) => of(e, t, 'sent to the gateway'),
  'command.delivered': (e, t) => of(e, t, 'the gateway has it'),
  'command.succeeded': ended('confirmed'),
  'command.failed': ended('did not do it'),
  'command.rejected': ended('refused'),
  'command.expired': ended('too late, not done'),
  'command.superseded': ended('replaced by a newer command'),
  'command.cancelled': ended('withdrawn'),
  'command.unknown': ended('nobody knows if it was done'),
  'home.located': (e, t) => `${who(e, t)} said where the home is`,
  'home.mode_changed': modeChanged,
  'mode.added': (e, t) => `${who(e, t)} added the mode ${quoted(e.words)}`,
  'mode.renamed': (e, t) => `${who(e, t)} named a mode ${quoted(e.words)}`,
  'mode.removed': (e, t) => `${who(e, t)} removed a mode`,
  'member.presence_changed': (e, t) => `${who(e, t)} ${e.data.present === true ? 'came home' : 'left'}`,
  'policy.edited': (e, t) => `${who(e, t)} changed what rules may never do`,
  'rule.edited': (e, t) => `${who(e, t)} ${e.words ? `${madeOrBack(e)} the rule ${quoted(e.words)}` : number(e.data.reverts) > 0 ? `undid a change of ${lower(nameOf(e, t, 'rule'))}` : `changed ${lower(nameOf(e, t, 'rule'))}`}`,
  'rule.renamed': (e, t) => `${who(e, t)} named a rule ${quoted(e.words)}`,
  'rule.enabled': (e, t) => `${who(e, t)} turned on ${lower(nameOf(e, t, 'rule'))}`,
  'rule.disabled': (e, t) => `${who(e, t)} turned off ${lower(nameOf(e, t, 'rule'))}`,
  'rule.removed': (e, t) => `${who(e, t)} removed ${lower(nameOf(e, t, 'rule'))}`,
  'rule.placed': (e, t) => `${nameOf(e, t, 'rule')} runs ${e.data.gateway ? 'at home' : 'in the cloud'} now`,
  'rule.granted': (e, t) => `${who(e, t)} let ${lower(nameOf(e, t, 'rule'))} open ${t.picture.devices.get(text(e.data.device))?.name ?? 'a device'}`,
  'rule.fired': (e, t) => `${ruleName(e, t)} fired`,
  'rule.waited': waited,
  'rule.wait_ended': waitEnded,
  'rule.failed': (e, t) => `${ruleName(e, t)} could not do a part of it`,
  'rule.cut': cut,
  'notice.raised': (e, t) => `${ruleName(e, t)} told the owners`,
  'scene.edited': (e, t) => `${who(e, t)} ${e.words ? `${madeOrBack(e)} the scene ${quoted(e.words)}` : `changed ${lower(nameOf(e, t, 'scene'))}`}`,
  'scene.renamed': (e, t) => `${who(e, t)} named a scene ${quoted(e.words)}`,
  'scene.removed': (e, t) => `${who(e, t)} removed ${lower(nameOf(e, t, 'scene'))}`,
  'scene.activated': (e, t) => `${who(e, t)} ${number(e.data.undoes) > 0 ? 'undid' : 'activated'} ${lower(nameOf(e, t, 'scene'))}`,
  'test.edited': (e, t) => `${who(e, t)} kept a part of the past as the test ${quoted(e.words)}`,
  'test.removed': (e, t) => `${who(e, t)} removed a test of the rules`,
  ...byEnergy,
  'command.answered_late': ended('an answer came after the end'),
}

/** What happened, in one plain sentence without a full stop. */
export function eventWords(event: Event, teller: Teller): string {
  return (tellers[event.type] ?? ((e, t) => deliveryWords[e.type]?.(e, who(e, t)) ?? spaced(e.type.replace('.', ' '))))(event, teller)
}

/** The event type every name of which is told in words. For the tests. */
export const toldTypes = [...Object.keys(tellers), ...Object.keys(deliveryWords)]
