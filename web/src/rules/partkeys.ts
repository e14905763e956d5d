import type { Condition, RuleAction, Trigger } from '../api/types'

/** The key of a trigger: what it is but for its numbers. */
export function triggerKey(t: Trigger): string {
  if (t.property) {
    const { device, property, to, above, below } = t.property
    const how = above !== undefined ? 'above' : below !== undefined ? 'below' : to === undefined ? 'changes' : `=${JSON.stringify(to)}`
    return `property:${device}:${property}:${how}`
  }
  if (t.signal) return `signal:${t.signal.device}:${t.signal.event}`
  if (t.sun) return `sun:${t.sun.event}`
  if (t.presence) return `presence:${t.presence.change}`
  if (t.gateway) return `gateway:${t.gateway.gateway}:${t.gateway.change}`
  if (t.device) return `device:${t.device.device}:${t.device.change}`
  if (t.rule) return `rule:${t.rule.rule}`
  return Object.keys(t)[0] ?? ''
}

/** The key of a condition. */
export function conditionKey(c: Condition): string {
  if (c.property) {
    const { device, property, is, is_not: isNot, above } = c.property
    const how = is !== undefined ? `=${JSON.stringify(is)}` : isNot !== undefined ? `≠${JSON.stringify(isNot)}` : above !== undefined ? 'above' : 'below'
    return `property:${device}:${property}:${how}`
  }
  if (c.sun) return `sun:${c.sun.is}`
  if (c.presence) return `presence:${c.presence.is}`
  if (c.all ?? c.any ?? c.not) return `tree:${JSON.stringify(c)}`
  return Object.keys(c)[0] ?? ''
}

/** The key of an action. */
export function actionKey(a: RuleAction): string {
  if (a.command) {
    const { device, set, action } = a.command
    if (action) return `do:${device}:${action}`
    const wishes = Object.entries(set ?? {})
    const [name, value] = wishes[0] ?? []
    if (wishes.length !== 1 || name === undefined) return `set:${device}:${JSON.stringify(set)}`
    return typeof value === 'number' ? `set:${device}:${name}` : `set:${device}:${name}=${JSON.stringify(value)}`
  }
  if (a.scene) return `scene:${a.scene.scene}`
  if (a.mode) return `mode:${a.mode.to}`
  return Object.keys(a)[0] ?? ''
}
