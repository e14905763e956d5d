import type { Device, Room } from '../api/types'
import type { HomePicture } from '../data/picture'
import { isReading } from '../tiles/DeviceTile'
import { isLamp } from '../words/kinds'

/** What a hand reaches for first comes first. */
const kindOrder = [
  'dimmable-light', 'color-light', 'light', 'dimmer', 'switch', 'plug', 'curtain', 'air-conditioner', 'thermostat',
  'lock', 'valve', 'camera-hub', 'climate-sensor', 'temperature-sensor', 'humidity-sensor', 'contact-sensor',
  'motion-sensor', 'light-sensor', 'sleep-sensor', 'leak-sensor', 'smoke-alarm', 'gas-alarm', 'meter', 'button',
]

const place = (device: Device) => {
  const index = kindOrder.indexOf(device.kind)
  return index < 0 ? kindOrder.length : index
}

/** One part of the home's page. */
export interface RoomView {
  /** Null for the devices that are in no room. */
  room: Room | null
  /** What to call it; rooms of one name are told apart by a number. */
  title: string
  controls: Device[]
  readings: Device[]
}

function view(room: Room | null, title: string, devices: Device[]): RoomView {
  const sorted = devices.sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  return { room, title, controls: sorted.filter((d) => !isReading(d)), readings: sorted.filter(isReading) }
}

/** Rooms with lamps come first, then those with most to handle; equal ones stay in the order of their names. */
export function byReach(a: RoomView, b: RoomView): number {
  const lit = ({ controls }: RoomView) => controls.filter((device) => isLamp(device.kind)).length
  return Number(a.room === null) - Number(b.room === null) || lit(b) - lit(a) || b.controls.length - a.controls.length
}

/** About how high a room is drawn: half its title, and rows of readings, two of which are as high as a control. */
function height({ controls, readings }: RoomView): number {
  const places = 2 * controls.length + readings.length
  return 0.5 + Math.max(controls.length > 0 ? 2 : 1, Math.ceil(places / 3))
}

/**
 * Deals rooms out into columns of about the same height, in order. CSS columns
 * would do it too, but lay the whole home out anew with every word that changes.
 */
export function inColumns(views: RoomView[], columns: number): RoomView[][] {
  const share = views.reduce((sum, view) => sum + height(view), 0) / columns
  const dealt: RoomView[][] = Array.from({ length: columns }, () => [])
  let sum = 0
  for (const view of views) {
    // A room goes where its middle lies.
    const column = Math.min(columns - 1, Math.floor((sum + height(view) / 2) / share))
    dealt[column]?.push(view)
    sum += height(view)
  }
  return dealt
}

/** The rooms of the home in order of their names, and what is in no room at the end. */
export function roomViews(picture: HomePicture): RoomView[] {
  const inRoom = new Map<string | null, Device[]>()
  for (const device of picture.devices.values()) {
    const id = device.room !== null && picture.rooms.has(device.room) ? device.room : null
    inRoom.set(id, [...(inRoom.get(id) ?? []), device])
  }
  const rooms = [...picture.rooms.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  const views = rooms.map((room, i) => {
    const same = rooms.slice(0, i).filter((earlier) => earlier.name === room.name).length
    return view(room, same > 0 ? `${room.name} (${same + 1})` : room.name, inRoom.get(room.id) ?? [])
  })
  const rest = inRoom.get(null)
  return rest ? [...views, view(null, 'In no room yet', rest)] : views
}
