import type { Device, Schema, Setting, Twin } from '../api/types'
import { deviceWords, type Things } from '../words/rules'
import { byWeight } from '../words/values'

/** What of a device a scene may set: what opens a home is no part of a mood. */
export const fit = (device: Device | undefined): [property: string, schema: Schema][] =>
  Object.entries(device?.affordances.properties ?? {})
    .filter(([, { read_only, class: kind }]) => !read_only && kind !== 'A')
    .sort(([a], [b]) => byWeight(a, b))

/** The devices that can be part of a scene, by their names. */
export const settable = (things: Things): Device[] =>
  [...things.picture.devices.values()]
    .filter((device) => fit(device).length > 0)
    .sort((a, b) => deviceWords(a.id, things).localeCompare(deviceWords(b.id, things)))

const least = (schema: Schema | undefined): unknown => (schema?.type === 'boolean' ? false : (schema?.enum?.[0] ?? schema?.minimum ?? 0))

/** A value as it is now; the least it can be while nobody knows. */
export const valueNow = (property: string, schema: Schema | undefined, twin: Twin | undefined): unknown =>
  twin?.properties[property]?.reported?.value ?? least(schema)

/** How a device is now, as far as a scene may set it. */
export function present(device: Device, twin: Twin | undefined): Setting {
  const known = fit(device).filter(([name]) => twin?.properties[name]?.reported)
  const taken = known.length > 0 ? known : fit(device).slice(0, 1)
  return { device: device.id, set: Object.fromEntries(taken.map(([name, schema]) => [name, valueNow(name, schema, twin)])) }
}

/** The wishes with the values their devices have now, where those are known. */
export const asNow = (settings: readonly Setting[], twins: ReadonlyMap<string, Twin>): Setting[] =>
  settings.map(({ device, set }) => ({
    device,
    set: Object.fromEntries(Object.entries(set).map(([name, value]) => [name, twins.get(device)?.properties[name]?.reported?.value ?? value])),
  }))

/** The wishes with one value of one device changed, or without it; a device of which nothing is wanted is left out. */
export function withValue(settings: readonly Setting[], device: string, property: string, value: unknown): Setting[] {
  return settings.flatMap((setting) => {
    if (setting.device !== device) return [setting]
    const { [property]: _, ...others } = setting.set
    const set = value === undefined ? others : { ...setting.set, [property]: value }
    return Object.keys(set).length > 0 ? [{ device, set }] : []
  })
}
