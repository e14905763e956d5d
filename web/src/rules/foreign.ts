import type { Device } from '../api/types'

/** What another system wrote, before it is understood. */
export type Plain = Record<string, unknown>

/** The value as an object; null when it is none. */
export const plain = (value: unknown): Plain | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Plain) : null
/** The value as a list: there one thing may stand for a list of one. */
export const list = (value: unknown): unknown[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value])
/** The value as text; '' when it is none. */
export const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '')

/** Milliseconds of "00:05:00", {minutes: 5} or a number of seconds; undefined for what is none. */
export function milliseconds(value: unknown): number | undefined {
  const parts = plain(value)
  if (parts) {
    const units: Record<string, number> = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000, milliseconds: 1 }
    const known = Object.entries(parts).map(([unit, n]) => (units[unit] ?? NaN) * Number(n))
    return finite(known.reduce((a, b) => a + b, 0))
  }
  const clock = /^(\d+):(\d{1,2})(?::(\d{1,2}))?$/.exec(text(value))
  if (clock) return (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0)) * 1000
  return text(value) === '' ? undefined : finite(Number(value) * 1000)
}

const finite = (n: number) => (Number.isFinite(n) ? n : undefined)

/** "07:00" of "07:00:00", or of the seconds since midnight that YAML makes of a bare 7:00. */
export function clock(value: unknown): string | undefined {
  const found = /^(\d{1,2}):(\d{2})(?::\d{2})?$/.exec(text(value))
  return found ? `${found[1]?.padStart(2, '0')}:${found[2]}` : undefined
}

/** Minutes of "-00:30:00". */
export function offset(value: unknown): number {
  const words = text(value)
  const ms = milliseconds(words.replace(/^[+-]/, '')) ?? 0
  return Math.round(ms / 60_000) * (words.startsWith('-') ? -1 : 1)
}

/** The property and value that a state of the other system means for a device. */
export function meaning(device: Device, state: string): { property: string; value: unknown } | undefined {
  const has = (name: string) => name in device.affordances.properties
  const truth = { on: true, off: false }[state]
  if (truth !== undefined) {
    if (has('contact')) return { property: 'contact', value: !truth } // there "on" is open
    const property = ['onOff', 'occupancy', 'waterLeak', 'tamper', 'batteryLow'].find(has)
    if (property) return { property, value: truth }
    const alarm = ['smokeState', 'gasState'].find(has)
    return alarm ? { property: alarm, value: truth ? 'critical' : 'normal' } : undefined
  }
  if (['locked', 'unlocked'].includes(state) && has('lockState')) return { property: 'lockState', value: state }
  if (['open', 'closed'].includes(state)) {
    if (has('contact')) return { property: 'contact', value: state === 'closed' }
    if (has('valveState')) return { property: 'valveState', value: state }
    if (has('currentPositionLiftPercentage')) return { property: 'currentPositionLiftPercentage', value: state === 'open' ? 0 : 100 }
  }
  return undefined
}

const main = ['temperature', 'localTemperature', 'relativeHumidity', 'illuminance', 'activePower', 'batteryPercent', 'currentLevel']
/** The number a device is mostly asked about. */
export const mainNumber = (device: Device) => main.find((name) => name in device.affordances.properties)

/** What a service of the other system asks of a device. */
export function wishOf(service: string, data: Plain, device: Device): { set?: Plain; action?: string } | undefined {
  const [family, name = ''] = service.split('.')
  const has = (property: string) => property in device.affordances.properties
  const percent = data.brightness_pct ?? (data.brightness === undefined ? undefined : Math.round(Number(data.brightness) / 2.55))
  if (name === 'turn_on' || name === 'turn_off') {
    if (!has('onOff')) return undefined
    return { set: { onOff: name === 'turn_on', ...(percent !== undefined && has('currentLevel') && { currentLevel: Number(percent) }) } }
  }
  const actions: Record<string, string> = {
    'lock.lock': 'lockDoor', 'lock.unlock': 'unlockDoor', 'cover.open_cover': 'upOrOpen', 'cover.close_cover': 'downOrClose',
    'cover.stop_cover': 'stopMotion', 'valve.open_valve': 'openValve', 'valve.close_valve': 'closeValve',
  }
  const action = actions[service]
  if (action) return action in device.affordances.actions ? { action } : undefined
  if (service === 'cover.set_cover_position') return { set: { currentPositionLiftPercentage: 100 - Number(data.position) } }
  if (family === 'climate' && name === 'set_temperature') return { set: { occupiedHeatingSetpoint: Number(data.temperature) } }
  return undefined
}
