import type { Condition, Device, RuleAction, Schema, Trigger } from '../api/types'
import { toward, wishWords } from '../words/commands'
import { actionWords, conditionWords, deviceWords, type Things, triggerWords } from '../words/rules'
import { durationWords } from '../words/spans'
import { becomesWords, standsWords } from '../words/standing'
import { byWeight, titleWords, valueWords } from '../words/values'
import { actionKey, conditionKey, triggerKey } from './partkeys'
import { aWhile, offAgain } from './suggest'

/** One possibility of a picker, and the part of a rule it stands for. */
export interface Option<T> {
  /** The same for every part that differs only by its numbers. */
  key: string
  group: string
  words: string
  part: T
  /** What comes with it and stands behind it: off again after a while. */
  more?: readonly T[]
}

const numeric = (schema: Schema) => schema.type === 'integer' || schema.type === 'number'
const middle = ({ minimum = 0, maximum = 100 }: Schema) => Math.round((minimum + maximum) / 2)
const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)

/** A number to begin with: what people mostly mean, else the middle. */
const usual: Record<string, number> = {
  temperature: 22, localTemperature: 20, relativeHumidity: 60, illuminance: 80, batteryPercent: 15, activePower: 100,
  occupiedHeatingSetpoint: 20, occupiedCoolingSetpoint: 25, currentLevel: 60, heartRate: 100, colorTemperatureMireds: 370,
}

/** What a device's link tells is for engineers, not for rules. */
const unfit = new Set(['linkQuality', 'voltage', 'activeCurrent'])

function sorted({ picture }: Things): { device: Device; group: string }[] {
  return [...picture.devices.values()]
    .map((device) => ({ device, group: (device.room !== null && picture.rooms.get(device.room)?.name) || 'In no room' }))
    .sort((a, b) => a.group.localeCompare(b.group) || a.device.name.localeCompare(b.device.name))
}

const properties = (device: Device) =>
  Object.entries(device.affordances.properties).filter(([name]) => !unfit.has(name)).sort(([a], [b]) => byWeight(a, b))

const values = (schema: Schema): unknown[] => (schema.type === 'boolean' ? [true, false] : (schema.enum ?? []))

const option = <T>(key: (part: T) => string, group: string, words: string, part: T): Option<T> => ({ key: key(part), group, words, part })

function triggersOf(device: Device, group: string, things: Things): Option<Trigger>[] {
  const name = deviceWords(device.id, things)
  const make = (words: string, part: Trigger) => option(triggerKey, group, words, part)
  const told = properties(device).flatMap(([property, schema]) => {
    const about = { device: device.id, property }
    if (numeric(schema)) {
      const number = usual[property] ?? middle(schema)
      const title = lower(titleWords(property, schema))
      return [
        make(`${name}: ${title} rises above …`, { property: { ...about, above: number } }),
        make(`${name}: ${title} falls below …`, { property: { ...about, below: number } }),
      ]
    }
    return values(schema).map((to) => make(`${name} ${becomesWords(device, property, to)}`, { property: { ...about, to } }))
  })
  const signals = Object.entries(device.affordances.events).map(([event, { title }]) =>
    make(`${name}: ${lower(title)}`, { signal: { device: device.id, event } }),
  )
  return [...signals, ...told, make(`${name} can’t be reached`, { device: { device: device.id, change: 'lost' } })]
}

/** Everything in the home that can make a rule happen. */
export function triggerOptions(things: Things): Option<Trigger>[] {
  const general = (group: string, part: Trigger, words = triggerWords(part, things)) => option(triggerKey, group, words, part)
  const { rules, picture } = things
  return [
    general('Time', { time: { at: '07:00', days: [] } }, 'it is a time of day …'),
    general('Time', { sun: { event: 'sunset' } }, 'the sun sets'),
    general('Time', { sun: { event: 'sunrise' } }, 'the sun rises'),
    general('Time', { cron: { line: '0 * * * *' } }, 'the clock matches a cron line …'),
    ...(['arrives', 'leaves', 'first_arrives', 'last_leaves'] as const).map((change) => general('People', { presence: { change } })),
    general('People', { mode: { to: 'away' } }, 'the home is set to …'),
    ...sorted(things).flatMap(({ device, group }) => triggersOf(device, group, things)),
    ...[...picture.gateways.values()].filter((g) => !g.revoked).flatMap(({ id }) =>
      (['lost', 'back'] as const).map((change) => general('Gateways', { gateway: { gateway: id, change } })),
    ),
    ...rules.map(({ id }) => general('Other rules', { rule: { rule: id } })),
  ]
}

/** Everything that can be asked of the home before a rule goes on. */
export function conditionOptions(things: Things): Option<Condition>[] {
  const make = (group: string, part: Condition, words = conditionWords(part, things)) => option(conditionKey, group, words, part)
  return [
    make('Time', { sun: { is: 'down' } }),
    make('Time', { sun: { is: 'up' } }),
    make('Time', { time: { after: '22:00', before: '06:00' } }, 'it is between two times …'),
    make('People', { presence: { is: 'present' } }),
    make('People', { presence: { is: 'away' } }),
    make('People', { mode: { is: ['home'] } }, 'the home is set to …'),
    ...sorted(things).flatMap(({ device, group }) => {
      const name = deviceWords(device.id, things)
      return properties(device).flatMap(([property, schema]) => {
        const about = { device: device.id, property }
        if (numeric(schema)) {
          const number = usual[property] ?? middle(schema)
          const title = lower(titleWords(property, schema))
          return [
            make(group, { property: { ...about, above: number } }, `${name}: ${title} is above …`),
            make(group, { property: { ...about, below: number } }, `${name}: ${title} is below …`),
          ]
        }
        return values(schema).map((is) => make(group, { property: { ...about, is } }, `${name} ${standsWords(device, property, is)}`))
      })
    }),
    make('For experts', { expression: 'mode == "home"' }, 'an expression holds …'),
  ]
}

function actionsOf(device: Device, group: string, things: Things): Option<RuleAction>[] {
  const name = deviceWords(device.id, things)
  const make = (words: string, part: RuleAction) => option(actionKey, group, words, part)
  const settable = properties(device).filter(([, schema]) => !schema.read_only)
  const set = settable.flatMap(([property, schema]) => {
    const command = (value: unknown): RuleAction => ({ command: { device: device.id, set: { [property]: value } } })
    if (numeric(schema)) {
      const words = toward[property] ? `let ${name} ${toward[property]} …` : `set ${lower(titleWords(property, schema))} of ${name} to …`
      return [make(words, command(usual[property] ?? middle(schema)))]
    }
    return values(schema).flatMap((value) => {
      const part = command(value)
      if (property !== 'onOff') return [make(`set ${lower(titleWords(property, schema))} of ${name} to ${lower(valueWords(property, value, schema))}`, part)]
      const plain = make(actionWords(part, things), part)
      const more = offAgain(part)
      return more.length > 0 ? [plain, { ...plain, key: `${plain.key} for a while`, words: `${plain.words} for ${durationWords(aWhile)}`, more }] : [plain]
    })
  })
  const done = Object.entries(device.affordances.actions)
    .filter(([action, { input }]) => input === undefined && action !== 'identify' && !(action.startsWith('toggle')))
    .map(([action]) => make(`${wishWords({ action }, device)} ${name}`, { command: { device: device.id, action } }))
  return [...set, ...done]
}

/** Everything a rule can do in the home. */
export function actionOptions(things: Things): Option<RuleAction>[] {
  const general = (group: string, part: RuleAction, words = actionWords(part, things)) => option(actionKey, group, words, part)
  return [
    general('Time', { delay: { ms: 300_000 } }, 'wait …'),
    general('People', { notify: {} }),
    ...things.modes.map(({ mode }) => general('Mode', { mode: { to: mode } })),
    ...things.scenes.map(({ id }) => general('Scenes', { scene: { scene: id } })),
    ...things.webhooks.map(({ id }) => general('Programs elsewhere', { webhook: { webhook: id } })),
    ...sorted(things).flatMap(({ device, group }) => actionsOf(device, group, things)),
  ]
}

/** Whether a device can open something by a command. */
export const opens = ({ affordances }: Device) =>
  [...Object.values(affordances.actions), ...Object.values(affordances.properties)].some((part) => part.class === 'A')

/** Whether what an action asks for opens something, which needs an owner's leave. */
function wouldOpen(device: Device | undefined, set: Record<string, unknown>, action?: string): boolean {
  if (action) return device?.affordances.actions[action]?.class === 'A'
  return Object.keys(set).some((name) => device?.affordances.properties[name]?.class === 'A')
}

/** The devices a rule would open: an owner must let it, device by device. */
export function opened(actions: readonly RuleAction[], things: Things, scenes: readonly { id: string; settings: { device: string; set: Record<string, unknown> }[] }[]): Device[] {
  const asked = actions.flatMap(({ command, scene }) => [
    ...(command ? [{ device: command.device, set: command.set ?? {}, action: command.action }] : []),
    ...(scenes.find(({ id }) => id === scene?.scene)?.settings ?? []).map((setting) => ({ ...setting, action: undefined })),
  ])
  const ids = new Set(asked.filter(({ device, set, action }) => wouldOpen(things.picture.devices.get(device), set, action)).map(({ device }) => device))
  return [...ids].flatMap((id) => things.picture.devices.get(id) ?? [])
}
