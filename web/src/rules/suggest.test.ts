import { describe, expect, it } from 'vitest'
import type { Device } from '../api/types'
import { lamp, picture } from '../testing/samples'
import type { Things } from '../words/rules'
import { actionOptions } from './options'
import { fitting, suggestions } from './suggest'

const motion: Device = lamp({
  id: 'motion', name: 'Motion', kind: 'motion-sensor', room: 'hall',
  affordances: { properties: { occupancy: { title: 'Occupancy', type: 'boolean', read_only: true } }, actions: {}, events: {} },
})
const rooms = new Map([['kitchen', { id: 'kitchen', name: 'Kitchen', revision: 1 }], ['hall', { id: 'hall', name: 'Hall', revision: 1 }]])
const home = (...devices: Device[]): Things => ({
  picture: picture({ rooms, devices: new Map(devices.map((device) => [device.id, device])) }), rules: [], scenes: [], modes: [], webhooks: [],
})
const lampGoesOn = 'Kitchen lamp goes on when somebody moves in Hall, after sunset, for 5 minutes'

describe('suggestions', () => {
  it('are whole sentences made of the devices there are', () => {
    expect(suggestions(home()).map(({ sentence }) => sentence)).toEqual([])
    expect(suggestions(home(motion, lamp())).map(({ sentence }) => sentence)).toEqual([lampGoesOn, 'Kitchen lamp goes off every night at midnight'])
  })

  it('take a lamp of the same room where there is one', () => {
    const near = lamp({ id: 'near', name: 'Spot', room: 'hall' })
    expect(suggestions(home(lamp(), motion, near))[0]?.document.actions[0]).toEqual({ command: { device: 'near', set: { onOff: true } } })
  })

  it('are a rule that goes off again, anew with each motion', () => {
    const [first] = suggestions(home(motion, lamp()))
    expect(first?.document).toMatchObject({ condition: { sun: { is: 'down' } }, concurrency: 'restart' })
    expect(first?.document.actions).toHaveLength(3)
  })

  it('fit what is chosen so far', () => {
    const sees = { property: { device: 'motion', property: 'occupancy', to: true } }
    const sentences = (triggers: object[], actions: object[] = []) => fitting(home(motion, lamp()), { triggers, actions }).map(({ sentence }) => sentence)
    expect(sentences([])).toHaveLength(2)
    expect(sentences([sees])).toEqual([lampGoesOn])
    expect(sentences([{ property: { device: 'motion', property: 'occupancy', to: false } }])).toEqual([])
    expect(sentences([sees], [{ notify: {} }])).toEqual([])
  })
})

describe('an action that ends by itself', () => {
  it('is one choice, and three parts', () => {
    const option = actionOptions(home(lamp())).find(({ words }) => words === 'turn on Kitchen lamp for 5 minutes')
    expect([option?.part, ...(option?.more ?? [])]).toEqual([
      { command: { device: 'lamp', set: { onOff: true } } }, { delay: { ms: 300_000 } }, { command: { device: 'lamp', set: { onOff: false } } },
    ])
  })
})
