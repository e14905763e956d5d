import type { Command, Device, Event, Gateway, Home, News, Twin } from '../api/types'
import type { HomePicture } from '../data/picture'

// Small made-up things for the tests, each complete in the shape that is sent.

/** Milliseconds of the instant everything in the samples is told from. */
export const noon = Date.parse('2026-05-03T12:00:00Z')
export const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString()

export const home: Home = {
  id: 'home', name: 'Maple House', time_zone: 'Europe/Paris', role: 'owner', revision: 1,
  head: { seq: 10, hash: '' }, since: at(-86_400),
}

export const gateway = (more: Partial<Gateway> = {}): Gateway => ({
  id: 'gateway', name: 'Hall gateway', connected: true, since: at(-3600), version: '1', session: 1, epoch: 1, cursor: 3,
  key_fingerprint: 'ab', revoked: false, suspended: null, key_ends: at(60 * 86_400), revision: 2,
  configuration: {
    version: 0, wanted: { log_level: '', outbox_mib: 0, radios_off: [] }, applied: 0, state: '', reason: '', since: null,
  },
  ...more,
})

export const lamp = (more: Partial<Device> = {}): Device => ({
  id: 'lamp', name: 'Kitchen lamp', kind: 'dimmable-light', model: 'dimmable-light@1.0.0', capabilities: [], room: 'kitchen',
  gateway: 'gateway', address: 'zigbee2mqtt/0x1', attributes: {}, revision: 3, since: at(-3600),
  affordances: {
    properties: {
      onOff: { title: 'On', type: 'boolean', read_only: false, class: 'C' },
      currentLevel: { title: 'Brightness', type: 'integer', unit: 'percent', minimum: 0, maximum: 100, read_only: false, class: 'C' },
    },
    actions: {}, events: {},
  },
  ...more,
})

export const twin = (onOff: boolean | null, seq: number, more: Partial<Twin> = {}): Twin => ({
  device: 'lamp', revision: seq, available: { is: true, since: at(-3600), seq: 1 },
  properties: {
    onOff: { reported: onOff === null ? null : { value: onOff, at: at(0), since: at(0), seq, cause: null }, desired: null },
  },
  signals: {}, delta: {}, ...more,
})

export const command = (more: Partial<Command> = {}): Command => ({
  id: 'c1', device: 'lamp', gateway: 'gateway', class: 'C', set: { onOff: true }, action: null, input: null,
  actor: { kind: 'person', id: 'ada', name: 'Ada' }, status: 'requested', reason: null, observed: {}, deadline: at(30),
  requested: { seq: 11, at: at(0) }, sent: null, delivered: null, ended: null, sends: 0, local: false, correlation: 11, transition_ms: 0, ...more,
})

export const event = (seq: number, type: string, more: Partial<Event> = {}): Event => ({
  seq, id: `e${seq}`, type, entity: 'lamp', occurred_at: at(seq), recorded_at: at(seq),
  actor: { kind: 'gateway', id: 'gateway', name: 'Hall gateway' }, causation: null, correlation: null, model: null, edge: null,
  historic: false, inferred: false, snapshot: false, data: {}, words: null, hash: '', ...more,
})

export const news = (seq: number, more: Partial<News> = {}): News => ({
  type: 'news', home: 'home', seq, now: at(seq), events: [], twins: [], devices: [], rooms: [], gateways: [], commands: [],
  removed: { devices: [], rooms: [] }, ...more,
})

export const picture = (more: Partial<HomePicture> = {}): HomePicture => ({
  seq: 10, home,
  rooms: new Map([['kitchen', { id: 'kitchen', name: 'Kitchen', revision: 2 }]]),
  devices: new Map([['lamp', lamp()]]),
  twins: new Map([['lamp', twin(false, 9)]]),
  gateways: new Map([['gateway', gateway()]]),
  commands: new Map(), ...more,
})
