import type { Command, Device, Event, Frame, Gateway, Home, News, Picture, Room, Twin } from '../api/types'

/**
 * The whole home at one instant: the present one, or one of the past. It is
 * only ever changed by putting the full state of a thing in place of an older
 * one, so that what is unchanged stays the same object.
 */
export interface HomePicture {
  /** The last event it includes. */
  seq: number
  home: Home
  rooms: ReadonlyMap<string, Room>
  devices: ReadonlyMap<string, Device>
  twins: ReadonlyMap<string, Twin>
  gateways: ReadonlyMap<string, Gateway>
  /** The open commands and those that ended lately. Always empty in the past. */
  commands: ReadonlyMap<string, Command>
}

/** How many ended commands are kept beside the open ones. */
export const keptCommands = 200

const byId = <T extends { id: string }>(items: readonly T[]) => new Map(items.map((item) => [item.id, item]))

/** Builds a picture from the server's answer. */
export function fromState(state: Picture): HomePicture {
  return {
    seq: state.seq,
    home: state.home,
    rooms: byId(state.rooms),
    devices: byId(state.devices),
    twins: new Map(state.twins.map((twin) => [twin.device, twin])),
    gateways: byId(state.gateways),
    commands: new Map(),
  }
}

/** The seq of the last event of a command's life so far. */
export function lastStep(c: Command): number {
  return Math.max(c.requested.seq, c.sent?.seq ?? 0, c.delivered?.seq ?? 0, c.ended?.seq ?? 0)
}

/** Replaces what is older; returns the same map when nothing is. */
function replace<T>(
  held: ReadonlyMap<string, T>,
  items: readonly T[],
  id: (item: T) => string,
  older: (held: T, item: T) => boolean,
): ReadonlyMap<string, T> {
  let next: Map<string, T> | undefined
  for (const item of items) {
    const old = held.get(id(item))
    if (old !== undefined && !older(old, item)) continue
    next ??= new Map(held)
    next.set(id(item), item)
  }
  return next ?? held
}

const byRevision = (held: { revision: number }, item: { revision: number }) => held.revision < item.revision

// A gateway's cursor moves with every report without a new revision.
const byCursor = (held: Gateway, item: Gateway) =>
  held.revision < item.revision || (held.revision === item.revision && held.cursor < item.cursor)

function without<T>(held: ReadonlyMap<string, T>, ids: readonly string[]): ReadonlyMap<string, T> {
  const gone = ids.filter((id) => held.has(id))
  if (gone.length === 0) return held
  const next = new Map(held)
  for (const id of gone) next.delete(id)
  return next
}

/** Puts the devices of removed rooms into none. */
function unplaced(devices: ReadonlyMap<string, Device>, rooms: readonly string[]): ReadonlyMap<string, Device> {
  if (rooms.length === 0) return devices
  const moved = [...devices.values()].filter((d) => d.room !== null && rooms.includes(d.room))
  if (moved.length === 0) return devices
  const next = new Map(devices)
  for (const device of moved) next.set(device.id, { ...device, room: null })
  return next
}

/** Replaces commands by how far they have come, and forgets the oldest ended ones. */
export function withCommands(p: HomePicture, items: readonly Command[]): HomePicture {
  const commands = replace(p.commands, items, (c) => c.id, (held, item) => lastStep(held) < lastStep(item))
  if (commands === p.commands) return p
  const ended = [...commands.values()].filter((c) => c.ended !== null)
  const surplus = ended.sort((a, b) => lastStep(b) - lastStep(a)).slice(keptCommands)
  return { ...p, commands: without(commands, surplus.map((c) => c.id)) }
}

function renamed(home: Home, events: readonly Event[]): Home {
  const last = events.filter((e) => e.type === 'home.renamed' && e.words !== null).at(-1)
  return last ? { ...home, name: last.words ?? home.name, revision: last.seq } : home
}

/** Folds what the live socket said. News that is already included changes nothing. */
export function withNews(p: HomePicture, news: News): HomePicture {
  if (news.seq <= p.seq) return p
  const devices = replace(p.devices, news.devices, (d) => d.id, byRevision)
  return withCommands(
    {
      ...p,
      seq: news.seq,
      home: renamed(p.home, news.events),
      rooms: without(replace(p.rooms, news.rooms, (r) => r.id, byRevision), news.removed.rooms),
      devices: without(unplaced(devices, news.removed.rooms), news.removed.devices),
      twins: without(replace(p.twins, news.twins, (t) => t.device, byRevision), news.removed.devices),
      gateways: replace(p.gateways, news.gateways, (g) => g.id, byCursor),
    },
    news.commands,
  )
}

/** Folds one event of the past with the full state of what it changed. */
export function withFrame(p: HomePicture, frame: Frame): HomePicture {
  const { event } = frame
  const put = <T>(held: ReadonlyMap<string, T>, item: T | null | undefined, id: (item: T) => string) =>
    item ? new Map(held).set(id(item), item) : held
  const removedRoom = event.type === 'room.removed' ? [event.entity] : []
  const removedDevice = event.type === 'device.removed' ? [event.entity] : []
  return {
    ...p,
    seq: event.seq,
    home: renamed(p.home, [event]),
    rooms: without(put(p.rooms, frame.room, (r) => r.id), removedRoom),
    devices: without(unplaced(put(p.devices, frame.device, (d) => d.id), removedRoom), removedDevice),
    twins: without(put(p.twins, frame.twin, (t) => t.device), removedDevice),
    gateways: put(p.gateways, frame.gateway, (g) => g.id),
  }
}
