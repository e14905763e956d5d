import { parse } from 'yaml'
import type { Condition, Device, RuleAction, RuleDocument, Trigger } from '../api/types'
import { concurrencyOf } from './concurrency'
import type { Brought, Placeholder } from './file'
import { clock, list, mainNumber, meaning, milliseconds, offset, plain, type Plain, text, wishOf } from './foreign'

/** The device that was chosen for an entity of the other system; undefined: none yet. */
export type Chosen = (entity: string) => Device | undefined

/** What is being brought over: what was met on the way, and what cannot come along. */
class Journey {
  readonly entities = new Set<string>()
  readonly left: string[] = []

  constructor(private readonly chosen: Chosen) {}

  /** The device chosen for an entity; undefined while there is none. */
  device(entity: string): Device | undefined {
    this.entities.add(entity)
    return this.chosen(entity)
  }

  leave(words: string): [] {
    this.left.push(words)
    return []
  }
}

const isPerson = (entity: string) => /^(person|device_tracker)\./.test(entity)
const entitiesOf = (part: Plain) => list(part.entity_id).map(text).filter((entity) => entity !== '')
const numbers = ({ above, below }: Plain) => ({
  ...(above !== undefined && { above: Number(above) }),
  ...(below !== undefined && { below: Number(below) }),
})

function triggerOf(part: Plain, to: Journey): Trigger[] {
  const kind = text(part.trigger ?? part.platform)
  switch (kind) {
    case 'state':
      return entitiesOf(part).flatMap((entity) => stateTrigger(part, entity, to))
    case 'numeric_state':
      return entitiesOf(part).flatMap((entity) => {
        const device = to.device(entity)
        const property = device && mainNumber(device)
        if (device && !property) return to.leave(`the trigger on ${entity}: ${device.name} tells no number`)
        return device && property ? [{ property: { device: device.id, property, ...numbers(part), ...held(part) } }] : []
      })
    case 'time':
      return list(part.at).flatMap((at) => {
        const time = clock(at)
        return time ? [{ time: { at: time, days: list(part.weekday).map(text) } }] : to.leave(`the time “${text(at)}”`)
      })
    case 'sun':
      return [{ sun: { event: part.event === 'sunrise' ? 'sunrise' : 'sunset', offset_minutes: offset(part.offset) } }]
    case 'time_pattern':
      return [{ cron: { line: `${text(part.minutes) || '*'} ${text(part.hours) || '*'} * * *`.replace(/(^| )\/(\d+)/g, '$1*/$2') } }]
    default:
      return to.leave(`the trigger “${kind || 'unknown'}”`)
  }
}

const held = (part: Plain) => {
  const ms = milliseconds(part.for)
  return ms ? { for_ms: ms } : {}
}

function stateTrigger(part: Plain, entity: string, to: Journey): Trigger[] {
  const state = text(part.to)
  if (isPerson(entity)) {
    if (state === 'home') return [{ presence: { change: 'arrives' } }]
    return state === 'not_home' ? [{ presence: { change: 'leaves' } }] : to.leave(`the trigger on ${entity}`)
  }
  const device = to.device(entity)
  if (!device) return []
  const now = meaning(device, state)
  if (!now) return to.leave(`the trigger on ${entity}: “${state || 'any change'}” means nothing for ${device.name}`)
  const from = part.from === undefined ? undefined : meaning(device, text(part.from))
  return [{ property: { device: device.id, property: now.property, to: now.value, ...(from && { from: from.value }), ...held(part) } }]
}

function conditionOf(value: unknown, to: Journey): Condition[] {
  const part = plain(value)
  if (!part) return to.leave(`the condition “${text(value)}”`)
  const group = ['and', 'or', 'not'].find((name) => part.condition === name || name in part)
  if (group) return groupOf(group, list(part.conditions ?? part[group]).flatMap((each) => conditionOf(each, to)))
  switch (part.condition) {
    case 'state':
      return entitiesOf(part).flatMap((entity) => stateTest(part, entity, to))
    case 'numeric_state':
      return entitiesOf(part).flatMap((entity) => {
        const device = to.device(entity)
        const property = device && mainNumber(device)
        if (device && !property) return to.leave(`the condition on ${entity}: ${device.name} tells no number`)
        return device && property ? [{ property: { device: device.id, property, ...numbers(part) } }] : []
      })
    case 'time':
      return [{ time: { ...named('after', clock(part.after)), ...named('before', clock(part.before)), ...(part.weekday !== undefined && { days: list(part.weekday).map(text) }) } }]
    case 'sun':
      return sunTest(part, to)
    default:
      return to.leave(`the condition “${text(part.condition) || 'unknown'}”`)
  }
}

const named = (name: string, value: string | undefined) => (value ? { [name]: value } : {})

function groupOf(group: string, parts: Condition[]): Condition[] {
  if (parts.length === 0) return []
  const any: Condition = parts.length > 1 ? { any: parts } : (parts[0] ?? {})
  if (group === 'or') return [any]
  return group === 'not' ? [{ not: any }] : [{ all: parts }]
}

function sunTest(part: Plain, to: Journey): Condition[] {
  if (part.after_offset !== undefined || part.before_offset !== undefined) to.leave('the minutes before or after the sun in a condition')
  const [after, before] = [text(part.after), text(part.before)]
  if (after === 'sunset' || before === 'sunrise') return [{ sun: { is: 'down' } }]
  return after === 'sunrise' || before === 'sunset' ? [{ sun: { is: 'up' } }] : to.leave('a condition on the sun')
}

function stateTest(part: Plain, entity: string, to: Journey): Condition[] {
  const states = list(part.state).map(text)
  if (entity === 'sun.sun') return [{ sun: { is: states[0] === 'below_horizon' ? 'down' : 'up' } }]
  if (isPerson(entity)) return [{ presence: { is: states[0] === 'home' ? 'present' : 'away' } }]
  const device = to.device(entity)
  if (!device) return []
  const tests = states.flatMap((state): Condition[] => {
    const is = meaning(device, state)
    if (!is) return to.leave(`the condition on ${entity}: “${state}” means nothing for ${device.name}`)
    return [{ property: { device: device.id, property: is.property, is: is.value, ...held(part) } }]
  })
  return tests.length > 1 ? [{ any: tests }] : tests
}

/** Data of a service that changes nothing about what is asked. */
const harmless = ['entity_id', 'brightness', 'brightness_pct', 'position', 'temperature', 'message', 'title']

function actionOf(value: unknown, to: Journey): RuleAction[] {
  const part = plain(value)
  if (!part) return to.leave('an action that is empty')
  if ('delay' in part) {
    const ms = milliseconds(part.delay)
    return ms === undefined ? to.leave('a delay that is calculated') : [{ delay: { ms } }]
  }
  const service = text(part.action ?? part.service)
  if (service === '') return to.leave(`the action “${Object.keys(part)[0] ?? 'unknown'}”`)
  if (service.startsWith('notify.')) {
    to.leave('the text of a notice: owners read the name of the rule')
    return [{ notify: {} }]
  }
  const data = { ...plain(part.data), ...plain(part.data_template) }
  const entities = entitiesOf({ entity_id: plain(part.target)?.entity_id ?? data.entity_id ?? part.entity_id })
  if (entities.length === 0) return to.leave(`the action “${service}”: it names no entity`)
  const extra = Object.keys(data).filter((name) => !harmless.includes(name))
  if (extra.length > 0) to.leave(`${extra.join(', ')} of “${service}”`)
  return entities.flatMap((entity) => {
    const device = to.device(entity)
    if (!device) return []
    const wish = wishOf(service, data, device)
    return wish ? [{ command: { device: device.id, ...wish } }] : to.leave(`the action “${service}”: ${device.name} cannot do that`)
  })
}

/**
 * Brings over an automation of Home Assistant, as far as we have its triggers,
 * conditions and actions; what we have not is listed. Parts whose entity has no
 * device yet come along once one was chosen. Returns null for what is none.
 */
export function fromHomeAssistant(words: string, chosen: Chosen): Brought | null {
  let read: unknown
  try {
    read = parse(words, { maxAliasCount: 20 })
  } catch {
    return null
  }
  const all = list(plain(read)?.automation ?? read)
  const automation = plain(all[0])
  const triggers = list(automation?.triggers ?? automation?.trigger)
  const actions = list(automation?.actions ?? automation?.action)
  if (!automation || (triggers.length === 0 && actions.length === 0)) return null
  const to = new Journey(chosen)
  if (all.length > 1) to.leave(`${all.length - 1} more automations of the same file`)
  const parts = list(automation.conditions ?? automation.condition).flatMap((c) => conditionOf(c, to))
  const document: RuleDocument = {
    triggers: triggers.flatMap((t) => triggerOf(plain(t) ?? {}, to)),
    ...(parts.length > 0 && { condition: parts.length === 1 ? parts[0] : { all: parts } }),
    actions: actions.flatMap((a) => actionOf(a, to)),
    concurrency: concurrencyOf(text(automation.mode)),
  }
  const placeholders: Placeholder[] = [...to.entities].map((entity) => ({ id: entity, label: entity, kind: '' }))
  return { name: text(automation.alias), document, placeholders, left: [...new Set(to.left)] }
}
