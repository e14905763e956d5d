import { api, must } from '../api/client'
import { clock } from './clock'
import { type HomePicture, withCommands } from './picture'

/** The newest commands that are fetched with a home, beside all open ones. */
const recentCommands = 50

/**
 * Reads the present home. The head is read first: what the other answers know
 * beyond it will be told again by the live socket and changes nothing then, so
 * the parts need not come from one instant.
 */
export async function loadPicture(id: string): Promise<HomePicture> {
  const params = { path: { home: id } }
  const home = await must(api.GET('/homes/{home}', { params }))
  const [rooms, devices, twins, gateways, open, recent] = await Promise.all([
    must(api.GET('/homes/{home}/rooms', { params })),
    must(api.GET('/homes/{home}/devices', { params })),
    must(api.GET('/homes/{home}/twins', { params })),
    must(api.GET('/homes/{home}/gateways', { params })),
    must(api.GET('/homes/{home}/commands', { params: { ...params, query: { open: true, limit: recentCommands } } })),
    must(api.GET('/homes/{home}/commands', { params: { ...params, query: { limit: recentCommands } } })),
  ])
  clock.hear(twins.now)
  const picture: HomePicture = {
    seq: home.head.seq,
    home,
    rooms: new Map(rooms.items.map((room) => [room.id, room])),
    devices: new Map(devices.items.map((device) => [device.id, device])),
    twins: new Map(twins.items.map((twin) => [twin.device, twin])),
    gateways: new Map(gateways.items.map((gateway) => [gateway.id, gateway])),
    commands: new Map(),
  }
  return withCommands(withCommands(picture, recent.items), open.items)
}
