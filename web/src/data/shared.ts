import { useQuery } from '@tanstack/react-query'
import { api, must, Refusal } from '../api/client'
import type { Device, Event, SharedDevice, SharedEvent, SharedIncident, Twin } from '../api/types'
import { keys } from './keys'
import type { HomePicture } from './picture'
import { Projector } from './reel'

/** What a link shows, page after page; null for a link that opens nothing (any more). Who is signed in stays so. */
async function open(link: string): Promise<SharedIncident | null> {
  const ask = (after: number) => must(api.POST('/incidents/open', { body: { link, after } }))
  try {
    const first = await ask(0)
    const events = [...first.events]
    for (let { next } = first; next !== null; ) {
      const page = await ask(next)
      events.push(...page.events)
      next = page.next
    }
    return { ...first, events }
  } catch (error) {
    if (error instanceof Refusal && [401, 422].includes(error.status)) return null
    throw error
  }
}

/** The incident that a link shows. */
export function useSharedIncident(link: string) {
  return useQuery({
    queryKey: keys.sharedIncident(link),
    queryFn: () => open(link),
    enabled: link !== '',
    staleTime: Infinity,
    refetchOnWindowFocus: false, // each look is counted
    refetchOnReconnect: false,
  })
}

const untold = '' // what a link does not tell

/** The devices as the pages know them. */
function deviceOf({ id, name, kind, room, affordances }: SharedDevice): Device {
  return {
    id, name, kind, room, affordances,
    address: untold, attributes: {}, capabilities: [], gateway: untold, model: kind, revision: 0, since: untold,
  }
}

const told = (value: unknown, at: string, seq: number) => ({ reported: { value, at, since: at, seq, cause: null }, desired: null })

function twinBefore({ id, before, available }: SharedDevice): Twin {
  return {
    device: id,
    revision: 0,
    available: available === null ? null : { is: available, since: untold, seq: 0 },
    properties: Object.fromEntries(Object.entries(before).map(([name, { value, at }]) => [name, told(value, at, 0)])),
    signals: {},
    delta: {},
  }
}

/** The home as far as the link shows it, before the first event. */
function pictureBefore({ name, time_zone, devices }: SharedIncident): HomePicture {
  const rooms = [...new Set(devices.flatMap(({ room }) => room ?? []))]
  return {
    seq: 0,
    home: { id: untold, name, time_zone, role: untold, revision: 0, since: untold, head: { seq: 0, hash: untold } },
    rooms: new Map(rooms.map((room) => [room, { id: room, name: room, revision: 0 }])),
    devices: new Map(devices.map((device) => [device.id, deviceOf(device)])),
    twins: new Map(devices.map((device) => [device.id, twinBefore(device)])),
    gateways: new Map(),
    commands: new Map(),
  }
}

/** An event as the pages know it, at its place among those that are shown. */
function eventOf({ type, device, occurred_at, by, data }: SharedEvent, place: number): Event {
  return {
    seq: place, type, entity: device, occurred_at, recorded_at: occurred_at, actor: { kind: by, id: null, name: null }, data, words: null,
    historic: false, snapshot: false, inferred: false, causation: null, correlation: null, edge: null, model: null, id: untold, hash: untold,
  }
}

/** A twin after a further event. */
function after(twin: Twin, { seq, type, occurred_at: at, data }: Event): Twin {
  if (type === 'device.reported') {
    const values = Object.entries((data.values ?? {}) as Record<string, unknown>)
    return { ...twin, revision: seq, properties: { ...twin.properties, ...Object.fromEntries(values.map(([name, value]) => [name, told(value, at, seq)])) } }
  }
  if (type === 'device.availability_changed') return { ...twin, revision: seq, available: { is: data.available === true, since: at, seq } }
  if (type === 'device.signalled' && typeof data.event === 'string') {
    return { ...twin, revision: seq, signals: { ...twin.signals, [data.event]: { data: data.data ?? null, at, seq } } }
  }
  return twin
}

/** The film of an incident: its events in the order in which they happened, so that what was told late stands where it belongs. */
export function sharedFilm(incident: SharedIncident): Projector {
  const first = pictureBefore(incident)
  const twins = new Map(first.twins)
  const happened = [...incident.events].sort((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at) || a.seq - b.seq)
  const frames = happened.map((shared, i) => {
    const event = eventOf(shared, i + 1)
    const was = twins.get(event.entity)
    const twin = was ? after(was, event) : null
    if (twin) twins.set(twin.device, twin)
    return { event, twin, device: null, room: null, gateway: null }
  })
  return new Projector({ first, firstEvent: undefined, frames })
}
