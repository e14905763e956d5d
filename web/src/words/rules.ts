import type { Condition, Device, Modes, Rule, RuleAction, RuleDocument, SavedScene, Trigger, Webhook } from '../api/types'
import type { HomePicture } from '../data/picture'
import { toward, wishWords } from './commands'
import { daysWords, durationWords, listed, sunWords } from './spans'
import { becomesWords, standsWords } from './standing'
import { quantity } from './units'
import { spaced, titleWords, valueWords } from './values'

/** What a rule needs to be told in words: the names of what it is about. */
export interface Things {
  picture: Pick<HomePicture, 'devices' | 'rooms' | 'gateways'>
  rules: readonly Pick<Rule, 'id' | 'name'>[]
  scenes: readonly Pick<SavedScene, 'id' | 'name'>[]
  modes: Modes['modes']
  /** None for whoever may not manage them. */
  webhooks: readonly Pick<Webhook, 'id' | 'name'>[]
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)
const upper = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

/** "Motion in Hall": a device with its room, unless its name has it already. */
export function deviceWords(id: string, { picture }: Pick<Things, 'picture'>): string {
  const device = picture.devices.get(id)
  if (!device) return 'a device that is gone'
  const room = device.room === null ? undefined : picture.rooms.get(device.room)?.name
  return !room || device.name.toLowerCase().includes(room.toLowerCase()) ? device.name : `${device.name} in ${room}`
}

const schemaOf = (device: Device | undefined, property: string) => device?.affordances.properties[property]

/** What a mode is called. */
export const modeName = (mode: string | undefined, { modes }: Things) => modes.find((m) => m.mode === mode)?.name ?? 'a mode that is gone'
const nameIn = (items: readonly { id: string; name: string }[], id: string, gone: string) =>
  items.find((item) => item.id === id)?.name ?? gone

const comings: Record<string, string> = {
  arrives: 'somebody comes home', leaves: 'somebody leaves', first_arrives: 'the first one comes home', last_leaves: 'the last one has left',
}

function crossing(device: Device | undefined, property: string, above: number | undefined, below: number | undefined, verb: 'trigger' | 'test') {
  const schema = schemaOf(device, property)
  const words = [
    above !== undefined && `${verb === 'trigger' ? 'rises above' : 'is above'} ${quantity(above, schema?.unit)}`,
    below !== undefined && `${verb === 'trigger' ? 'falls below' : 'is below'} ${quantity(below, schema?.unit)}`,
  ].filter((part) => part !== false)
  return `${lower(titleWords(property, schema))} ${words.join(' and ')}`
}

/** What makes a rule happen: "Motion in Hall sees motion". Follows "when". */
export function triggerWords(t: Trigger, things: Things): string {
  const { picture } = things
  if (t.property) {
    const { device: id, property, to, above, below, hysteresis, for_ms: held } = t.property
    const device = picture.devices.get(id)
    const name = deviceWords(id, things)
    const stays = held ? `, for ${durationWords(held)}` : ''
    if (above !== undefined || below !== undefined) {
      const back = hysteresis ? ` (again after going back by ${quantity(hysteresis, schemaOf(device, property)?.unit)})` : ''
      return `${name}: ${crossing(device, property, above, below, 'trigger')}${back}${stays}`
    }
    if (to === undefined) return `${name} tells another ${lower(titleWords(property, schemaOf(device, property)))}`
    return `${name} ${becomesWords(device, property, to)}${stays}`
  }
  if (t.signal) {
    const title = picture.devices.get(t.signal.device)?.affordances.events[t.signal.event]?.title ?? spaced(t.signal.event)
    return `${deviceWords(t.signal.device, things)}: ${lower(title)}`
  }
  if (t.time) return `it is ${t.time.at}, ${daysWords(t.time.days)}`
  if (t.cron) return `the clock matches ${t.cron.line}`
  if (t.sun) return sunWords(t.sun.event, t.sun.offset_minutes)
  if (t.presence) return comings[t.presence.change] ?? 'somebody comes or goes'
  if (t.gateway) return `${picture.gateways.get(t.gateway.gateway)?.name ?? 'a gateway that is gone'} ${t.gateway.change === 'back' ? 'is back' : 'goes away'}`
  if (t.device) return `${deviceWords(t.device.device, things)} ${t.device.change === 'back' ? 'can be reached again' : 'can’t be reached'}`
  if (t.mode) return t.mode.to ? `the home is set to ${modeName(t.mode.to, things)}` : 'the home is set to another mode'
  if (t.rule) return `the rule “${nameIn(things.rules, t.rule.rule, 'that is gone')}” fires`
  return 'something happens'
}

function timeTestWords(after: string | undefined, before: string | undefined, days: readonly string[] | null | undefined): string {
  const hours = after && before ? `it is between ${after} and ${before}` : after ? `it is after ${after}` : before ? `it is before ${before}` : 'it is'
  return days?.length ? `${hours} ${daysWords(days)}` : hours
}

/** What must be so: "the sun is down". Follows "and". */
export function conditionWords(c: Condition, things: Things): string {
  if (c.all) return listed(c.all.map((part) => conditionWords(part, things)), 'and')
  if (c.any) return listed(c.any.map((part) => conditionWords(part, things)), 'or')
  if (c.not) return `it is not so that ${conditionWords(c.not, things)}`
  if (c.property) {
    const { device: id, property, is, is_not: isNot, above, below, for_ms: held } = c.property
    const device = things.picture.devices.get(id)
    const name = deviceWords(id, things)
    const stays = held ? ` for ${durationWords(held)}` : ''
    if (above !== undefined || below !== undefined) return `${name}: ${crossing(device, property, above, below, 'test')}${stays}`
    if (is !== undefined) return `${name} ${standsWords(device, property, is)}${stays}`
    return `it is not so that ${name} ${standsWords(device, property, isNot)}`
  }
  if (c.time) return timeTestWords(c.time.after, c.time.before, c.time.days)
  if (c.sun) return c.sun.is === 'down' ? 'the sun is down' : 'the sun is up'
  if (c.mode) return `the home is set to ${listed(c.mode.is.map((mode) => modeName(mode, things)), 'or')}`
  if (c.presence) return c.presence.is === 'present' ? 'somebody is at home' : 'nobody is at home'
  return `“${c.expression ?? ''}” holds`
}

/** What is done: "turn on Lamp in Living room". Follows "then". */
export function actionWords(a: RuleAction, things: Things): string {
  if (a.command) {
    const device = things.picture.devices.get(a.command.device)
    const over = a.command.transition_ms ? ` over ${durationWords(a.command.transition_ms)}` : ''
    return `${wishOf(a.command, device, deviceWords(a.command.device, things))}${over}`
  }
  if (a.scene) return `activate the scene “${nameIn(things.scenes, a.scene.scene, 'that is gone')}”`
  if (a.delay) return `wait ${durationWords(a.delay.ms)}`
  if (a.notify) return 'tell the owners'
  if (a.mode) return `set the home to ${modeName(a.mode.to, things)}`
  const webhook = things.webhooks.find(({ id }) => id === a.webhook?.webhook)?.name
  return webhook ? `call the webhook “${webhook}”` : 'call a webhook'
}

/** "turn on Lamp", "set brightness of Lamp to 60 %", "let Thermostat heat to 21 °C". */
function wishOf(wish: { set?: Record<string, unknown>; action?: string }, device: Device | undefined, name: string): string {
  const entries = Object.entries(wish.set ?? {})
  const [property, value] = entries[0] ?? []
  if (entries.length === 1 && property !== undefined && property !== 'onOff' && !toward[property]) {
    return `set ${lower(titleWords(property, schemaOf(device, property)))} of ${name} to ${lower(valueWords(property, value, schemaOf(device, property)))}`
  }
  if (entries.length > 1 || (property !== undefined && property !== 'onOff')) return `let ${name} ${wishWords(wish, device)}`
  return `${wishWords(wish, device)} ${name}`
}

/** The rule as one plain sentence without a full stop. */
export function ruleWords({ triggers, condition, actions }: RuleDocument, things: Things): string {
  const when = listed(triggers.map((t) => triggerWords(t, things)), 'or')
  const onlyIf = condition ? `, and ${conditionWords(condition, things)}` : ''
  const then = actions.map((a) => actionWords(a, things)).join(', then ')
  return `When ${when}${onlyIf}: ${then}`
}

/** A name for a rule that has none yet. */
export function suggestedName({ triggers, actions }: RuleDocument, things: Things, longest: number): string {
  const [trigger, action] = [triggers[0], actions[0]]
  if (!trigger || !action) return ''
  const name = `${upper(actionWords(action, things))} when ${triggerWords(trigger, things)}`
  return name.length <= longest ? name : `${name.slice(0, longest - 2).trimEnd()} …`
}

/** How many rules a list holds, in words. */
export function ruleCount(list: unknown): string {
  const count = Array.isArray(list) ? list.length : 0
  return count === 0 ? 'no rules' : count === 1 ? 'one rule' : `${count} rules`
}
