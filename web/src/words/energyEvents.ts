import type { Event } from '../api/types'

/** Tells an event by who did it and the names of devices. */
type TellEnergy = (event: Event, who: string, name: (id: unknown) => string) => string

const because = ({ words }: Event) => (words ? `: “${words}”` : '')
const day = (value: unknown) => (typeof value === 'string' ? value : 'a day')
const tariffDay = (value: unknown) => day(value && typeof value === 'object' ? (value as Record<string, unknown>).from : undefined)

/** What happened to prices, corrections and devices that were replaced. */
export const energyTold: Record<string, TellEnergy> = {
  'device.replaced': (e, who, name) => `${who} replaced ${name(e.entity)} by ${name(e.data.by)}`,
  'tariff.set': (e, who) => `${who} set the price of electricity from ${tariffDay(e.data.tariff)} on`,
  'tariff.removed': (e, who) => `${who} removed the price of electricity from ${day(e.data.from)} on`,
  'reading.rejected': (e, who, name) => `${who} said that ${name(e.data.device)} told a wrong value${because(e)}`,
  'energy.corrected': (e, who, name) => `${who} corrected what ${name(e.data.device)} used${because(e)}`,
  'correction.withdrawn': (_, who) => `${who} withdrew a correction`,
}
