import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { command, event, lamp, noon, picture } from '../testing/samples'
import { age, clockTime, countdown, delay, moment, span } from './ages'
import { actorWords, reasonWords, statusWords, wishWords } from './commands'
import { eventWords, toldTypes } from './events'
import { byWeight, scaleWords, statement, valueWords } from './values'

const zone = 'Europe/Paris'
const teller = { picture: picture(), me: { person: { id: 'ada', name: 'Ada' }, expires_at: '' } }
const ada = { kind: 'person', id: 'ada', name: 'Ada' } as const
const bob = { kind: 'person', id: 'bob', name: 'Bob' } as const

describe('ages', () => {
  it.each([
    [2_000, 'just now'], [20_000, '20 sec ago'], [59_999, '59 sec ago'], [60_000, '1 min ago'],
    [3 * 3_600_000, '3 hours ago'], [30 * 3_600_000, '1 day ago'], [5 * 86_400_000, '5 days ago'],
    [-5_000, 'just now'], // a clock that runs ahead is no reason to speak of the future
  ])('of %i ms is told as %s', (ms, words) => expect(age(noon - ms, noon)).toBe(words))

  it('are told in the time of the home', () => {
    expect(clockTime(noon, zone)).toBe('14:00')
    expect(clockTime(noon, 'Asia/Dhaka')).toBe('18:00')
    expect(clockTime(noon, 'Nowhere/Land')).toMatch(/^\d\d:\d\d$/)
  })

  it('name the day only when it is another', () => {
    expect(moment(noon, noon, zone)).toBe('14:00')
    expect(moment(noon - 86_400_000, noon, zone)).toBe('yesterday 14:00')
    expect(moment(noon - 3 * 86_400_000, noon, zone)).toBe('30 Apr 14:00')
  })

  it('between steps are told in milliseconds', () => {
    expect([delay(41.6), delay(1300), delay(120_000)]).toEqual(['42 ms', '1.3 sec', '2 min'])
    expect([span(86_400_000), countdown(599_001)]).toEqual(['1 day', '10:00'])
  })
})

describe('values', () => {
  it.each([
    ['onOff', true, 'On'], ['contact', false, 'Open'], ['waterLeak', true, 'Water!'], ['lockState', 'notFullyLocked', 'Not fully locked'],
    ['currentPositionLiftPercentage', 100, 'Closed'], ['currentPositionLiftPercentage', 40, '60 % open'],
    ['systemMode', 'fanOnly', 'Fan only'], ['somethingNew', 'veryLoud', 'Very loud'], ['somethingNew', true, 'Yes'],
  ])('%s %s is told as %s', (name, value, words) => expect(valueWords(name, value)).toBe(words))

  it('have their unit', () => {
    const schema = { title: 'x', type: 'number', read_only: true } as const
    expect(valueWords('temperature', 21.44, { ...schema, unit: 'celsius' })).toBe('21.4 °C')
    expect(valueWords('colorTemperatureMireds', 370, { ...schema, unit: 'mired' })).toBe('Warm white (2,700 K)')
    expect(valueWords('activePower', 1240, { ...schema, unit: 'watt' })).toBe('1,240 W')
    expect(valueWords('currentHue', 210, { ...schema, unit: 'degree' })).toBe('Blue')
  })

  it('are told in a word where only engineers read the number', () => {
    const lux = { title: 'Brightness', type: 'number', read_only: true, unit: 'lux' } as const
    expect([2, 40, 300, 20_000].map((value) => scaleWords('illuminance', value))).toEqual(['Dark', 'Dim', 'Well lit', 'Bright'])
    expect(valueWords('illuminance', 300, lux)).toBe('Well lit (300 lux)')
    expect(valueWords('linkQuality', 130)).toBe('Strong')
    expect([0, 30, 120, 240, 350].map((hue) => valueWords('currentHue', hue))).toEqual(['Red', 'Orange', 'Green', 'Blue', 'Red'])
    expect(scaleWords('currentLevel', 60)).toBeUndefined()
  })

  it('come in the order a hand or an eye looks for them', () => {
    const names = ['batteryPercent', 'colorTemperatureMireds', 'somethingNew', 'currentLevel', 'onOff']
    expect(names.sort(byWeight)).toEqual(['onOff', 'currentLevel', 'colorTemperatureMireds', 'somethingNew', 'batteryPercent'])
  })

  it('name what they are of when they do not say it themselves', () => {
    expect(statement('currentLevel', 60, lamp().affordances.properties.currentLevel)).toBe('Brightness 60 %')
    expect(statement('onOff', true)).toBe('On')
    expect(statement('systemMode', 'heat')).toBe('System mode Heat')
  })
})

describe('events', () => {
  const tell = (...of: Parameters<typeof event>) => eventWords(event(...of), teller)

  it('are told as sentences', () => {
    expect(tell(1, 'device.reported', { data: { values: { onOff: true, currentLevel: 60 } } })).toBe('Kitchen lamp: On, Brightness 60 %')
    expect(tell(1, 'command.requested', { actor: ada, data: { set: { onOff: true } } })).toBe('You asked Kitchen lamp to turn on')
    expect(tell(1, 'command.requested', { actor: bob, data: { set: { currentLevel: 30 } } })).toBe('Bob asked Kitchen lamp to set brightness to 30 %')
    expect(tell(1, 'command.failed', { data: { reason: 'no_answer' } })).toBe('Kitchen lamp: did not do it. No answer came back in time')
    expect(tell(1, 'device.signalled', { data: { event: 'multiPressComplete', data: { count: 2 } } })).toBe('Kitchen lamp: Multi press complete twice')
    expect(tell(1, 'room.added', { actor: ada, words: 'Hall' })).toBe('You added the room “Hall”')
    expect(tell(1, 'device.placed', { data: { room: 'kitchen' } })).toBe('Kitchen lamp: moved to Kitchen')
    expect(tell(1, 'device.placed', { data: { room: '00000000-0000-0000-0000-000000000000' } })).toBe('Kitchen lamp: taken out of its room')
    expect(tell(1, 'gateway.key_certified', { entity: 'gateway', data: { ends_ms: Date.parse('2026-08-01T12:00:00Z') } })).toBe('Hall gateway has a key that is good until 1 Aug 2026')
    expect(tell(1, 'gateway.suspended', { entity: 'gateway' })).toBe('Hall gateway is suspended: two machines used its key')
    expect(tell(1, 'gateway.disconnected', { entity: 'gateway' })).toBe('Hall gateway went away')
  })

  it('leave out how a device fares when it told something else', () => {
    const both = { data: { values: { batteryPercent: 96, onOff: true } } }
    expect(tell(1, 'device.reported', both)).toBe('Kitchen lamp: On')
    expect(eventWords(event(1, 'device.reported', both), { ...teller, about: 'lamp' })).toBe('On')
    expect(tell(1, 'device.reported', { data: { values: { batteryPercent: 96 } } })).toBe('Kitchen lamp: Battery percent 96')
  })

  it('do not say a name twice', () => {
    const hygro = lamp({ id: 'hygro', name: 'Humidity' })
    hygro.affordances.properties.relativeHumidity = { title: 'Humidity', type: 'number', unit: 'percent', read_only: true }
    const own = { ...teller, picture: picture({ devices: new Map([['hygro', hygro]]) }) }
    const told = event(1, 'device.reported', { entity: 'hygro', data: { values: { relativeHumidity: 45 } } })
    expect(eventWords(told, own)).toBe('Humidity: 45 %')
    expect(eventWords(told, { ...own, about: 'hygro' })).toBe('Humidity 45 %')
  })

  it('leave the name out on the device’s own page', () => {
    expect(eventWords(event(1, 'command.sent'), { ...teller, about: 'lamp' })).toBe('Sent to the gateway')
  })

  it('are told even when the device is gone, and even when nobody knows the type', () => {
    expect(tell(1, 'device.reported', { entity: 'gone', data: { values: { onOff: true } } })).toBe('A device that is gone: On')
    expect(tell(1, 'future.invented')).toBe('Future invented')
  })

  it('have words for every type that is ever recorded', () => {
    const facts = ['facts', 'factspast', 'factsrule', 'factswebhook'].map((name) => readFileSync(`../domain/${name}.go`, 'utf8')).join('')
    const outcomes = readFileSync('../domain/command.go', 'utf8')
    const types = [...facts.matchAll(/return "([a-z]+\.[a-z_]+)"/g)].map((m) => m[1])
    const ends = [...outcomes.matchAll(/Outcome = "([a-z]+)"/g)].map((m) => `command.${m[1]}`)
    expect(types.length).toBeGreaterThan(20)
    expect(ends.length).toBeGreaterThan(5)
    expect([...types, ...ends].filter((type) => !toldTypes.includes(type ?? ''))).toEqual([])
  })
})

describe('commands', () => {
  it('say what was wanted', () => {
    expect(wishWords({ set: { onOff: false } })).toBe('turn off')
    expect(wishWords({ set: {}, action: 'unlockDoor' })).toBe('unlock')
    expect(wishWords({ set: { currentPositionLiftPercentage: 30 } })).toBe('go to 70 % open')
    expect(wishWords({ set: { currentLevel: 70, onOff: true } })).toBe('turn on and set current level to 70')
    expect(wishWords({ set: { occupiedHeatingSetpoint: 21.5 } })).toBe('heat to 21.5')
  })

  it('never call something done that is not known to be', () => {
    expect(statusWords(command({ status: 'unknown' }), lamp())).toBe('Nobody knows if it was done')
    expect(statusWords(command({ status: 'failed' }), lamp())).toBe('The lamp did not do it')
    expect(statusWords(command({ status: 'delivered' }), lamp())).toBe('The gateway has it')
  })

  it('say who gave them, also when nobody can know', () => {
    expect([actorWords(ada, teller.me), actorWords(bob, teller.me)]).toEqual(['You', 'Bob'])
    expect(actorWords({ kind: 'local', id: 'gateway', name: null }, teller.me)).toBe('Somebody at home')
  })

  it('pass on a reason nobody has words for', () => {
    expect(reasonWords('motor_jammed')).toBe('Motor jammed.')
    expect(reasonWords(null)).toBeNull()
  })
})
