import { describe, expect, it } from 'vitest'
import { at, command, event, gateway, lamp, news, picture, twin } from '../testing/samples'
import { keptCommands, withCommands, withFrame, withNews } from './picture'

describe('news', () => {
  it('puts the newer state of a thing in place of the older', () => {
    const next = withNews(picture(), news(11, { twins: [twin(true, 11)] }))
    expect(next.twins.get('lamp')?.properties.onOff?.reported?.value).toBe(true)
    expect(next.seq).toBe(11)
  })

  it('that is already included changes nothing at all', () => {
    const held = picture()
    expect(withNews(held, news(10, { twins: [twin(true, 11)] }))).toBe(held)
  })

  it('never puts an older state in place of a newer', () => {
    const held = picture({ twins: new Map([['lamp', twin(true, 12)]]) })
    expect(withNews(held, news(13, { twins: [twin(false, 11)] })).twins).toBe(held.twins)
  })

  it('leaves what it does not touch the same object', () => {
    const held = picture()
    const next = withNews(held, news(11, { twins: [twin(true, 11)] }))
    expect(next.devices).toBe(held.devices)
    expect(next.rooms).toBe(held.rooms)
    expect(next.home).toBe(held.home)
  })

  it('moves a gateway on by its cursor, though its revision stands still', () => {
    const next = withNews(picture(), news(11, { gateways: [gateway({ cursor: 9 })] }))
    expect(next.gateways.get('gateway')?.cursor).toBe(9)
  })

  it('takes removed devices away with their twins', () => {
    const next = withNews(picture(), news(11, { removed: { devices: ['lamp'], rooms: [] } }))
    expect([next.devices.size, next.twins.size]).toEqual([0, 0])
  })

  it('leaves the devices of a removed room in none', () => {
    const next = withNews(picture(), news(11, { removed: { devices: [], rooms: ['kitchen'] } }))
    expect(next.rooms.size).toBe(0)
    expect(next.devices.get('lamp')?.room).toBeNull()
  })

  it('renames the home', () => {
    const renamed = event(11, 'home.renamed', { entity: 'home', words: 'Oak House' })
    const next = withNews(picture(), news(11, { events: [renamed] }))
    expect([next.home.name, next.home.revision]).toEqual(['Oak House', 11])
  })
})

describe('commands', () => {
  it('only move forwards', () => {
    const sent = command({ status: 'sent', sent: { seq: 12, at: at(1) } })
    const held = withCommands(picture(), [sent])
    expect(withCommands(held, [command()])).toBe(held)
  })

  it('that ended long ago are forgotten, open ones never', () => {
    const ended = Array.from({ length: keptCommands + 5 }, (_, i) =>
      command({ id: `old${i}`, status: 'succeeded', requested: { seq: i + 1, at: at(0) }, ended: { seq: i + 1, at: at(0) } }),
    )
    const { commands } = withCommands(picture(), [command({ id: 'open', requested: { seq: 1, at: at(0) } }), ...ended])
    expect(commands.size).toBe(keptCommands + 1)
    expect(commands.has('open')).toBe(true)
    expect(commands.has('old0')).toBe(false)
  })
})

describe('a frame of the film', () => {
  it('replaces what its event changed, even by an older revision', () => {
    const next = withFrame(picture(), { event: event(11, 'device.reported'), twin: twin(true, 5), device: null, room: null, gateway: null })
    expect(next.twins.get('lamp')?.revision).toBe(5)
    expect(next.seq).toBe(11)
  })

  it('of a removal takes the thing away', () => {
    const gone = event(11, 'device.removed')
    const next = withFrame(picture(), { event: gone, twin: null, device: lamp(), room: null, gateway: null })
    expect(next.devices.size).toBe(0)
  })

  it('does not touch the picture before it', () => {
    const before = picture()
    withFrame(before, { event: event(11, 'device.reported'), twin: twin(true, 11), device: null, room: null, gateway: null })
    expect(before.twins.get('lamp')?.properties.onOff?.reported?.value).toBe(false)
  })
})
