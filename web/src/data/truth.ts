import type { Command, Device, Twin } from '../api/types'
import type { Ask } from './asks'

/** How a wish for a device stands. Nothing here claims what the device did not say. */
export type Progress =
  | { kind: 'asking' }
  | { kind: 'asked' | 'sent' | 'delivered'; command: Command | null }
  | { kind: 'carried-out'; command: Command } // the radio confirmed, the device did not say so itself yet
  | { kind: 'confirmed'; command: Command }
  | { kind: 'trouble'; command: Command }
  | { kind: 'refused'; ask: Extract<Ask, { state: 'refused' }> }

/** Whether what is shown can be believed to be so now. */
export type Reach = { kind: 'here' } | { kind: 'cut-off' | 'gateway-away' | 'unreachable'; since: string }

/** How long a tick stays after a command was confirmed. */
export const tickFor = 5_000
/** How long a command that went wrong is shown, unless the device is heard before. */
export const troubleFor = 10 * 60_000

const troubles = ['failed', 'rejected', 'expired', 'unknown']
const waiting: Record<string, 'asked' | 'sent' | 'delivered'> = { requested: 'asked', sent: 'sent', delivered: 'delivered' }

/**
 * Whether a device can be heard: from when its gateway went away, from what is
 * known of itself, and from when this page lost its own connection.
 */
export function reachOf(twin: Twin | undefined, awaySince: string | null, cutOff: string | null): Reach {
  if (cutOff) return { kind: 'cut-off', since: cutOff }
  if (awaySince) return { kind: 'gateway-away', since: awaySince }
  if (twin?.available && !twin.available.is) return { kind: 'unreachable', since: twin.available.since }
  return { kind: 'here' }
}

/** The newest command of each device that says something: a replaced or withdrawn one does not. */
export function newestCommands(commands: Iterable<Command>): Map<string, Command> {
  const newest = new Map<string, Command>()
  for (const command of commands) {
    if (command.status === 'superseded' || command.status === 'cancelled') continue
    const held = newest.get(command.device)
    if (!held || held.requested.seq < command.requested.seq) newest.set(command.device, command)
  }
  return newest
}

/** The same for one device. */
export function newestCommand(device: string, commands: Iterable<Command>): Command | undefined {
  return newestCommands(commands).get(device)
}

/** What a command wants of each property. An action is told by what it desires in the twin. */
function wanted(command: Command, twin: Twin | undefined): [string, unknown][] {
  if (!command.action) return Object.entries(command.set)
  return Object.entries(twin?.properties ?? {})
    .filter(([, p]) => p.desired?.command === command.id)
    .map(([name, p]) => [name, p.desired?.value])
}

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b)

function ended(command: Command, twin: Twin | undefined, passed: number): Progress | null {
  const end = command.ended
  if (!end) return null
  const wishes = wanted(command, twin)
  if (troubles.includes(command.status)) {
    const heard = wishes.some(([name]) => (twin?.properties[name]?.reported?.seq ?? 0) > end.seq)
    return passed < troubleFor && !heard ? { kind: 'trouble', command } : null
  }
  const said = wishes.every(([name, value]) => same(twin?.properties[name]?.reported?.value, value))
  const newer = wishes.some(([name]) => (twin?.properties[name]?.reported?.seq ?? 0) > end.seq)
  if (passed < tickFor && said) return { kind: 'confirmed', command }
  return !said && !newer && passed < troubleFor ? { kind: 'carried-out', command } : null
}

/**
 * How the newest wish for a device stands; null when all is quiet. passed is
 * how many milliseconds ago the command ended.
 */
export function progressOf(
  twin: Twin | undefined,
  command: Command | undefined,
  ask: Ask | undefined,
  passed: number,
): Progress | null {
  if (ask?.state === 'asking') return { kind: 'asking' }
  if (ask?.state === 'refused') return { kind: 'refused', ask }
  if (command) {
    const kind = waiting[command.status]
    return kind ? { kind, command } : ended(command, twin, passed)
  }
  // In the past there are no commands beside the twin: what it desires tells of them.
  return Object.keys(twin?.delta ?? {}).length > 0 ? { kind: 'asked', command: null } : null
}

/** Whether a wish is still on its way. */
export function pending(progress: Progress | null): boolean {
  return progress !== null && ['asking', 'asked', 'sent', 'delivered'].includes(progress.kind)
}

/** What the device said last of a property; undefined when it never did. */
export function reported(twin: Twin | undefined, name: string): unknown {
  return twin?.properties[name]?.reported?.value
}

/**
 * What is wanted of a property: the wish of this page on its way, else an open
 * one, else what the device said.
 */
export function intended(view: Pick<DeviceView, 'twin' | 'ask'>, name: string): unknown {
  const asked = view.ask?.state === 'asking' ? view.ask.request.set : undefined
  if (asked && name in asked) return asked[name]
  return view.twin && name in view.twin.delta ? view.twin.delta[name] : reported(view.twin, name)
}

/** When the device was last heard, from its newest report or signal; null when never. */
export function heardAt(twin: Twin | undefined): string | null {
  const times = [
    ...Object.values(twin?.properties ?? {}).flatMap((p) => (p.reported ? [p.reported.at] : [])),
    ...Object.values(twin?.signals ?? {}).map((signal) => signal.at),
  ]
  return times.sort().at(-1) ?? null
}

/** A device with everything a tile or page shows of it. */
export interface DeviceView {
  device: Device
  twin: Twin | undefined
  reach: Reach
  progress: Progress | null
  /** The wish of this page that is no command yet. */
  ask: Ask | undefined
}
