import { describe, expect, it } from 'vitest'
import { gateway, lamp, picture, twin } from '../testing/samples'
import { byReach, inColumns, type RoomView, roomViews } from './order'
import { summarise } from './summary'

const lock = (id: string, room: string | null) => {
  const device = lamp({ id, room, name: id, kind: 'lock' })
  device.affordances = { properties: {}, actions: { lockDoor: { title: 'Lock', class: 'A' } }, events: {} }
  return device
}
const room = (id: string) => [id, { id, name: id, revision: 1 }] as const
const titles = (views: RoomView[]) => views.map((view) => view.title)

describe('the rooms of a home', () => {
  const devices = [
    lock('a1', 'attic'), lock('a2', 'attic'), lock('b1', 'barn'), lamp({ id: 'k1', room: 'kitchen' }),
    lamp({ id: 'l1', room: 'lounge' }), lamp({ id: 'l2', room: 'lounge' }), lamp({ id: 'none', room: null }),
  ]
  const home = picture({
    rooms: new Map(['attic', 'barn', 'kitchen', 'lounge'].map(room)),
    devices: new Map(devices.map((device) => [device.id, device])),
  })

  it('come with those first that have lamps, then those with most to handle, and what is in none last', () => {
    expect(titles(roomViews(home).sort(byReach))).toEqual(['lounge', 'kitchen', 'attic', 'barn', 'In no room yet'])
  })

  it('are dealt into columns in order, and none is lost', () => {
    const columns = inColumns(roomViews(home).sort(byReach), 2)
    expect(columns.flatMap(titles)).toEqual(['lounge', 'kitchen', 'attic', 'barn', 'In no room yet'])
    expect(columns.every((column) => column.length > 0)).toBe(true)
  })
})

describe('a home at a glance', () => {
  const home = picture({ twins: new Map([['lamp', twin(true, 9)]]) })

  it('counts what is heard', () => {
    expect(summarise(home, home.devices.values())).toMatchObject({ lights: 1, lightsOn: 1 })
  })

  it('counts nothing that may not be so any more', () => {
    const away = { ...home, gateways: new Map([['gateway', gateway({ connected: false })]]) }
    expect(summarise(away, away.devices.values())).toMatchObject({ lights: 0, lightsOn: 0 })
    expect(summarise(home, home.devices.values(), false)).toMatchObject({ lights: 0, lightsOn: 0 })
  })
})
