import type { Condition, Device, RuleAction, RuleDocument, Trigger } from '../api/types'

/** What a shared file needs of one device. */
export interface Placeholder {
  /** Its name in the document of the file. */
  id: string
  /** What it is: "Motion sensor", or the name another system gave it. */
  label: string
  /** The kind of device that stood here; '' when nobody knows. */
  kind: string
}

/** A rule read from a file, once its devices were chosen. */
export interface Brought {
  name: string
  document: RuleDocument
  placeholders: Placeholder[]
  /** What could not be taken over, in words. */
  left: string[]
}

const format = 'logis rule'
/** The largest file that is read, in bytes: a rule has a few hundred. */
export const largestFile = 64 * 1024

type Swap = (device: string) => string

function swapCondition(c: Condition, swap: Swap): Condition {
  return {
    ...c,
    ...(c.all && { all: c.all.map((part) => swapCondition(part, swap)) }),
    ...(c.any && { any: c.any.map((part) => swapCondition(part, swap)) }),
    ...(c.not && { not: swapCondition(c.not, swap) }),
    ...(c.property && { property: { ...c.property, device: swap(c.property.device) } }),
  }
}

/** The document with other devices. */
export function withDevices(document: RuleDocument, swap: Swap): RuleDocument {
  const { condition, ...rest } = document
  return {
    ...rest,
    triggers: document.triggers.map((t) => ({
      ...t,
      ...(t.property && { property: { ...t.property, device: swap(t.property.device) } }),
      ...(t.signal && { signal: { ...t.signal, device: swap(t.signal.device) } }),
      ...(t.device && { device: { ...t.device, device: swap(t.device.device) } }),
    })),
    ...(condition && { condition: swapCondition(condition, swap) }),
    actions: document.actions.map((a) => (a.command ? { command: { ...a.command, device: swap(a.command.device) } } : a)),
  }
}

/** What means something only in this home, and so cannot be shared. */
const homely = {
  trigger: (t: Trigger) => Boolean(t.gateway ?? t.rule ?? t.presence?.person) || isOwn(t.mode?.to),
  condition: (c: Condition): boolean =>
    [...(c.all ?? []), ...(c.any ?? []), ...(c.not ? [c.not] : [])].some((part) => homely.condition(part)) ||
    c.expression !== undefined || Boolean(c.presence?.person) || (c.mode?.is ?? []).some(isOwn),
  action: (a: RuleAction) => Boolean(a.scene ?? a.webhook ?? a.notify?.person) || isOwn(a.mode?.to),
}

const isOwn = (mode: string | undefined) => mode !== undefined && !['home', 'away', 'night'].includes(mode)

/** The names of parts of a rule that would be left out of a file. */
export function unshared({ triggers, condition, actions }: RuleDocument): string[] {
  return [
    ...(triggers.some(homely.trigger) ? ['a trigger'] : []),
    ...(condition && homely.condition(condition) ? ['the condition'] : []),
    ...(actions.some(homely.action) ? ['an action'] : []),
  ]
}

/** The rule as a file for others: no device, person or room of this home is in it. */
export function toFile(name: string, document: RuleDocument, devices: ReadonlyMap<string, Device>, kindTitle: (kind: string) => string): string {
  const placeholders = new Map<string, Placeholder>()
  const { condition, ...rest } = document
  const shared = withDevices(
    {
      ...rest,
      triggers: document.triggers.filter((t) => !homely.trigger(t)),
      ...(condition && !homely.condition(condition) && { condition }),
      actions: document.actions.filter((a) => !homely.action(a)),
    },
    (id) => {
      const kind = devices.get(id)?.kind ?? ''
      const held = placeholders.get(id) ?? { id: `device ${placeholders.size + 1}`, label: kindTitle(kind), kind }
      placeholders.set(id, held)
      return held.id
    },
  )
  return `${JSON.stringify({ format, version: 1, name, devices: [...placeholders.values()], document: shared }, null, 2)}\n`
}

const record = (value: unknown): Record<string, unknown> | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null
const text = (value: unknown) => (typeof value === 'string' ? value : '')

/**
 * Reads a file of toFile. Returns null when it is none. What is inside is only
 * trusted to be a document once the server has checked it.
 */
export function fromFile(words: string): Brought | null {
  let read: Record<string, unknown> | null
  try {
    read = record(JSON.parse(words))
  } catch {
    return null
  }
  const document = record(read?.document)
  if (read?.format !== format || !document || !Array.isArray(document.triggers) || !Array.isArray(document.actions)) return null
  const devices = Array.isArray(read.devices) ? read.devices.map(record).filter((d) => d !== null) : []
  return {
    name: text(read.name),
    document: document as unknown as RuleDocument,
    placeholders: devices.map((d) => ({ id: text(d.id), label: text(d.label), kind: text(d.kind) })),
    left: [],
  }
}
