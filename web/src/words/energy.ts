import type { EnergyUse } from '../api/types'
import { listed } from './spans'
import { quantity } from './units'

/** Kilowatt hours as read on a bill. */
export const kwhWords = (kwh: number) => quantity(kwh, 'kilowatt hour')

/** An amount in the home's currency: €12.30. */
export function moneyWords(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount)
  } catch {
    return `${amount.toFixed(2)} ${currency}` // a currency this browser does not know
  }
}

/** How much and what it costs: "4.2 kWh, €1.34". */
export function usedWords(use: EnergyUse, currency: string | null): string {
  const cost = use.cost !== null && currency !== null ? moneyWords(use.cost, currency) : null
  return cost === null ? kwhWords(use.kwh) : `${kwhWords(use.kwh)}, ${cost}`
}

/** How a total compares with the one before: "12 % less than in the 30 days before". */
export function compareWords(now: number, before: number, stretch: string): string {
  if (before <= 0) return now > 0 ? `Nothing was counted in ${stretch}.` : ''
  const percent = Math.round(((now - before) / before) * 100)
  if (percent === 0) return `As much as in ${stretch}.`
  return `${Math.abs(percent)} % ${percent > 0 ? 'more' : 'less'} than in ${stretch}.`
}

/** A day written as 2026-05-03 in words, whatever zone the browser is in. */
export function dateWords(date: string, part: 'day' | 'month' = 'day'): string {
  const options: Intl.DateTimeFormatOptions =
    part === 'day' ? { day: 'numeric', month: 'short', timeZone: 'UTC' } : { month: 'long', year: 'numeric', timeZone: 'UTC' }
  return new Intl.DateTimeFormat('en-GB', options).format(Date.parse(`${date}T00:00:00Z`))
}

/** The day of an instant in a zone, as 2026-05-03. */
export function dateIn(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms)
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  return `${of('year')}-${of('month')}-${of('day')}`
}

/** A month or a year of days up to today, so many steps back. */
export interface Stretch {
  from: string
  to: string
  by: 'day' | 'month'
  words: string
}

/** The calendar month or year that lies some steps before the one of today. */
export function stretchOf(kind: 'month' | 'year', back: number, today: string): Stretch {
  const year = Number(today.slice(0, 4))
  const month = Number(today.slice(5, 7))
  const [first, last] =
    kind === 'month'
      ? [Date.UTC(year, month - 1 - back, 1), Date.UTC(year, month - back, 0)]
      : [Date.UTC(year - back, 0, 1), Date.UTC(year - back, 11, 31)]
  const date = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const from = date(first)
  const end = date(last)
  return {
    from, to: end < today ? end : today, by: kind === 'month' ? 'day' : 'month',
    words: kind === 'month' ? dateWords(from, 'month') : from.slice(0, 4),
  }
}

/** "the 21 days before". */
export function beforeWords(from: string, to: string): string {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
  return days === 1 ? 'the day before' : `the ${days} days before`
}

/** "€0.32, and €0.21 from 22:00 to 06:00". */
export function priceWords(price: number, low: { from: number; to: number; price: number } | null, currency: string): string {
  const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`
  const words = [moneyWords(price, currency)]
  if (low) words.push(`${moneyWords(low.price, currency)} from ${clock(low.from)} to ${clock(low.to)}`)
  return listed(words, 'and')
}
