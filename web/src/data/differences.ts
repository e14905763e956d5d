import type { Device, Difference, Schema } from '../api/types'

/** One thing that differs: what it is of, what differs, how it was and how it is. */
export interface Change {
  key: string
  /** The device, room or gateway. */
  name: string
  /** The id of a device that is there, for a link. */
  device: string | null
  /** The value that differs; null when the thing itself came, went or is another. */
  property: string | null
  schema: Schema | undefined
  was: unknown
  is: unknown
}

/** What differs in one room. */
export interface RoomChanges {
  /** Null: in none, or the home itself. */
  room: string | null
  changes: Change[]
}

/** What is known of the devices and rooms of both times. */
export interface Known {
  devices: ReadonlyMap<string, { name: string; room: string | null; affordances: { properties: Record<string, Schema> } }>
  rooms: ReadonlyMap<string, { name: string }>
}

/** Sorts a difference by room: rooms in their order, what is in none last. */
export function byRoom(difference: Difference, known: Known): RoomChanges[] {
  const found = new Map<string | null, Change[]>()
  const put = (room: string | null, change: Change) => {
    const place = room !== null && known.rooms.has(room) ? room : null
    found.set(place, [...(found.get(place) ?? []), change])
  }
  for (const { was, is } of difference.devices) {
    const device = is ?? was
    if (!device) continue
    put(device.room, {
      key: device.id, name: device.name, device: is ? device.id : null, property: null, schema: undefined,
      was: was && placed(was, is, known), is: is && placed(is, was, known),
    })
  }
  for (const { device, property, was, is } of difference.values) {
    const of = known.devices.get(device)
    put(of?.room ?? null, {
      key: `${device} ${property}`, name: of?.name ?? 'A device that is gone', device: of ? device : null, property,
      schema: of?.affordances.properties[property], was: was?.reported?.value, is: is?.reported?.value,
    })
  }
  for (const { was, is } of [...difference.rooms, ...difference.gateways]) {
    const thing = is ?? was
    if (thing) put(null, { key: thing.id, name: thing.name, device: null, property: null, schema: undefined, was: was && stands(was), is: is && stands(is) })
  }
  const order = [...known.rooms.keys(), null]
  return order.flatMap((room) => {
    const changes = found.get(room)
    return changes ? [{ room, changes }] : []
  })
}

/** Where a device is, and what it is called when it had another name at the other time. */
function placed({ name, room }: Device, other: Device | null, { rooms }: Known): string {
  const where = room === null ? undefined : rooms.get(room)?.name
  return [...(other && other.name !== name ? [`“${name}”`] : []), where ? `in ${where}` : 'in no room'].join(', ')
}

const stands = (thing: { name: string; connected?: boolean }) =>
  thing.connected === undefined ? thing.name : `${thing.name}, ${thing.connected ? 'connected' : 'away'}`
