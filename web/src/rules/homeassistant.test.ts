import { describe, expect, it } from 'vitest'
import type { Device } from '../api/types'
import { lamp } from '../testing/samples'
import { milliseconds } from './foreign'
import { fromHomeAssistant } from './homeassistant'

const device = (id: string, properties: string[], actions: string[] = []): Device => {
  const made = lamp({ id, name: id })
  const schema = { title: id, type: 'boolean', read_only: false } as const
  made.affordances = {
    properties: Object.fromEntries(properties.map((name) => [name, schema])),
    actions: Object.fromEntries(actions.map((name) => [name, { title: name, class: 'B' as const }])),
    events: {},
  }
  return made
}

const motion = device('motion', ['occupancy'])
const light = device('light', ['onOff', 'currentLevel'])
const door = device('door', ['contact'])
const lock = device('lock', ['lockState'], ['lockDoor', 'unlockDoor'])
const outside = device('outside', ['temperature'])

const bring = (yaml: string, devices: Record<string, Device> = {}) => fromHomeAssistant(yaml, (entity) => devices[entity])

// The examples are those of the documentation of Home Assistant, as it words them.
describe('an automation of Home Assistant', () => {
  it('comes over: sun and lights when somebody is home', () => {
    const came = bring(`
alias: "Turn on the lights when the sun sets"
triggers:
  - trigger: sun
    event: sunset
    offset: "-01:00:00"
conditions:
  - condition: state
    entity_id: person.paulus
    state: home
actions:
  - action: light.turn_on
    target:
      entity_id: light.living_room
    data:
      brightness: 255
`, { 'light.living_room': light })
    expect(came?.name).toBe('Turn on the lights when the sun sets')
    expect(came?.left).toEqual([])
    expect(came?.document).toEqual({
      triggers: [{ sun: { event: 'sunset', offset_minutes: -60 } }],
      condition: { presence: { is: 'present' } },
      actions: [{ command: { device: 'light', set: { onOff: true, currentLevel: 100 } } }],
      concurrency: 'single',
    })
  })

  it('comes over: motion, a wait and off again, in the old words', () => {
    const came = bring(`
automation:
  - alias: Motion light
    mode: restart
    trigger:
      platform: state
      entity_id: binary_sensor.motion
      from: "off"
      to: "on"
    condition:
      - condition: sun
        after: sunset
    action:
      - service: homeassistant.turn_on
        entity_id: light.hall
      - delay:
          minutes: 5
      - service: light.turn_off
        data:
          entity_id: light.hall
`, { 'binary_sensor.motion': motion, 'light.hall': light })
    expect(came?.document).toEqual({
      triggers: [{ property: { device: 'motion', property: 'occupancy', to: true, from: false } }],
      condition: { sun: { is: 'down' } },
      actions: [
        { command: { device: 'light', set: { onOff: true } } },
        { delay: { ms: 300_000 } },
        { command: { device: 'light', set: { onOff: false } } },
      ],
      concurrency: 'restart',
    })
  })

  it('comes over: a door that stays open, where “on” means open', () => {
    const came = bring(`
triggers:
  - trigger: state
    entity_id: binary_sensor.door
    to: "on"
    for: "00:10:00"
conditions:
  - or:
      - condition: numeric_state
        entity_id: sensor.outside
        below: 5
      - condition: time
        after: "22:00:00"
        before: "06:00:00"
        weekday: [mon, fri]
actions:
  - action: lock.lock
    target: { entity_id: lock.front }
`, { 'binary_sensor.door': door, 'sensor.outside': outside, 'lock.front': lock })
    expect(came?.document.triggers).toEqual([{ property: { device: 'door', property: 'contact', to: false, for_ms: 600_000 } }])
    expect(came?.document.condition).toEqual({
      any: [
        { property: { device: 'outside', property: 'temperature', below: 5 } },
        { time: { after: '22:00', before: '06:00', days: ['mon', 'fri'] } },
      ],
    })
    expect(came?.document.actions).toEqual([{ command: { device: 'lock', action: 'lockDoor' } }])
  })

  it('comes over: every five minutes and at a time', () => {
    const came = bring(`
triggers:
  - trigger: time_pattern
    minutes: "/5"
  - trigger: time
    at: "7:05:00"
actions:
  - action: notify.notify
    data: { message: "Testing" }
`)
    expect(came?.document.triggers).toEqual([{ cron: { line: '*/5 * * * *' } }, { time: { at: '07:05', days: [] } }])
    expect(came?.document.actions).toEqual([{ notify: {} }])
    expect(came?.left).toEqual(['the text of a notice: owners read the name of the rule'])
  })

  it('lists what cannot come along', () => {
    const came = bring(`
triggers:
  - trigger: mqtt
    topic: "living_room/switch/ac"
  - trigger: template
    value_template: "{{ is_state('device_tracker.paulus', 'home') }}"
conditions: "{{ true }}"
actions:
  - action: light.turn_on
    target: { entity_id: light.hall }
    data: { transition: 10, brightness_pct: 40 }
  - choose: []
  - delay: "{{ states('input_number.minutes') }}"
  - action: media_player.play_media
    target: { entity_id: light.hall }
`, { 'light.hall': light })
    expect(came?.left).toEqual([
      'the condition “{{ true }}”', 'the trigger “mqtt”', 'the trigger “template”', 'transition of “light.turn_on”', 'the action “choose”',
      'a delay that is calculated', 'the action “media_player.play_media”: light cannot do that',
    ])
    expect(came?.document.actions).toEqual([{ command: { device: 'light', set: { onOff: true, currentLevel: 40 } } }])
  })

  it('asks for a device for every entity, and takes its parts along once there is one', () => {
    const yaml = 'triggers: [{trigger: state, entity_id: [binary_sensor.a, binary_sensor.b], to: "on"}]\nactions: []'
    expect(bring(yaml)?.placeholders.map(({ id }) => id)).toEqual(['binary_sensor.a', 'binary_sensor.b'])
    expect(bring(yaml)?.document.triggers).toEqual([])
    expect(bring(yaml, { 'binary_sensor.b': motion })?.document.triggers).toHaveLength(1)
  })

  it.each(['', 'hello', '- 1', 'a: b', 'triggers: &a [*a', '{{{'])('is not “%s”', (yaml) => expect(bring(yaml)).toBeNull())

  it.each([['00:05:00', 300_000], [90, 90_000], [{ hours: 1, seconds: 1 }, 3_601_000], ['soon', undefined], [{ moons: 1 }, undefined]])(
    'waits %j for %s ms', (value, ms) => expect(milliseconds(value)).toBe(ms),
  )
})
