import type { Condition, Rule, RuleDocument, SavedScene, Twin } from '../api/types'
import { opened } from './options'
import { deviceWords, type Things } from '../words/rules'
import { listed } from '../words/spans'

/** How a rule fares: one line for the list. */
export interface Health {
  tone: 'good' | 'calm' | 'warn' | 'bad'
  words: string
}

/** The devices a condition asks about. */
function asked(c: Condition | undefined): string[] {
  if (!c) return []
  const parts = [...(c.all ?? []), ...(c.any ?? []), ...(c.not ? [c.not] : [])]
  return [...(c.property ? [c.property.device] : []), ...parts.flatMap(asked)]
}

/** The devices a rule is about, each once. */
export function devicesOf({ triggers, condition, actions }: RuleDocument): string[] {
  const triggering = triggers.flatMap((t) => t.property?.device ?? t.signal?.device ?? t.device?.device ?? [])
  return [...new Set([...triggering, ...asked(condition), ...actions.flatMap((a) => a.command?.device ?? [])])]
}

/** How a rule fares, the worst first. */
export function healthOf(rule: Rule, things: Things, scenes: readonly SavedScene[], twins: ReadonlyMap<string, Twin>): Health {
  const { document } = rule
  const gone = devicesOf(document).filter((id) => !things.picture.devices.has(id)).length
  if (rule.stopped) return { tone: 'bad', words: 'Stopped: it went round in a circle' }
  if (gone > 0) return { tone: 'bad', words: gone === 1 ? 'A device it needs is gone' : `${gone} devices it needs are gone` }
  if (document.actions.some((a) => a.scene && !scenes.some(({ id }) => id === a.scene?.scene))) return { tone: 'bad', words: 'A scene it needs is gone' }
  const closed = opened(document.actions, things, scenes).filter(({ id }) => !rule.grants.includes(id))
  if (closed.length > 0) return { tone: 'warn', words: `Waits for an owner to let it open ${listed(closed.map(({ name }) => name), 'and')}` }
  const { fired, failed } = rule
  if (failed && failed.seq > (fired?.seq ?? 0)) return { tone: 'bad', words: 'Could not do everything the last time' }
  const away = devicesOf(document).flatMap((id) => things.picture.devices.get(id)?.gateway ?? [])
  if (away.some((id) => things.picture.gateways.get(id)?.connected === false)) return { tone: 'warn', words: 'A gateway it needs is away' }
  const silent = devicesOf(document).filter((id) => twins.get(id)?.available?.is === false)
  if (silent.length > 0) return { tone: 'warn', words: `${listed(silent.map((id) => deviceWords(id, things)), 'and')} can’t be reached` }
  if (!rule.enabled) return { tone: 'calm', words: 'Off' }
  return fired ? { tone: 'good', words: 'Works' } : { tone: 'calm', words: 'Has not fired yet' }
}

/** Where a rule runs. */
export function placeWords(rule: Rule, things: Things): string {
  if (rule.gateway === null) return 'Runs in the cloud'
  return `Runs at home, on ${things.picture.gateways.get(rule.gateway)?.name ?? 'a gateway'}`
}
