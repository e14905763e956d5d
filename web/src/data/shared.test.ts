import { describe, expect, it } from 'vitest'
import type { SharedEvent, SharedIncident } from '../api/types'
import { at, lamp } from '../testing/samples'
import { sharedFilm } from './shared'

const reported = (seq: number, seconds: number, onOff: boolean): SharedEvent => ({
  seq, type: 'device.reported', device: 'lamp', occurred_at: at(seconds), by: 'gateway', data: { values: { onOff } },
})

const incident = (events: SharedEvent[]): SharedIncident => ({
  name: 'The lamp at night', note: '', time_zone: 'Europe/Paris', expires_at: at(3600), next: null, events,
  devices: [
    {
      id: 'lamp', name: 'Kitchen lamp', kind: 'dimmable-light', room: 'Kitchen', affordances: lamp().affordances, available: true,
      before: { onOff: { value: false, at: at(-60) } },
    },
  ],
})

describe('the film of a shared incident', () => {
  it('begins with what the devices had told before, and shows each event in the order in which it happened', () => {
    const film = sharedFilm(incident([reported(7, 20, false), reported(9, 10, true)])) // the second was told late
    const lit = (place: number) => film.at(place).twins.get('lamp')?.properties.onOff?.reported?.value
    expect([0, 1, 2].map(lit)).toEqual([false, true, false])
    expect(film.events().map(({ seq, occurred_at }) => [seq, occurred_at])).toEqual([[1, at(10)], [2, at(20)]])
    expect([...film.at(0).rooms.values()].map(({ name }) => name)).toEqual(['Kitchen'])
  })

  it('tells when a device could not be reached', () => {
    const gone: SharedEvent = { seq: 8, type: 'device.availability_changed', device: 'lamp', occurred_at: at(5), by: 'gateway', data: { available: false } }
    const film = sharedFilm(incident([gone]))
    expect(film.at(0).twins.get('lamp')?.available?.is).toBe(true)
    expect(film.at(1).twins.get('lamp')?.available?.is).toBe(false)
  })
})
