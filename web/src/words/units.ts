/** How a unit of the device models is written beside a number. */
const written: Record<string, string> = {
  celsius: '°C',
  percent: '%',
  watt: 'W',
  'kilowatt hour': 'kWh',
  volt: 'V',
  ampere: 'A',
  hectopascal: 'hPa',
  degree: '°',
  'beats per minute': 'beats/min',
  'breaths per minute': 'breaths/min',
}

const upTo = (maximumFractionDigits: number) => new Intl.NumberFormat('en', { maximumFractionDigits })
const formatters = { 0: upTo(0), 1: upTo(1), 2: upTo(2) } as const

/** Digits after the point that a person cares about. */
function digits(unit: string | undefined, value: number): keyof typeof formatters {
  switch (unit) {
    case 'celsius':
      return 1
    case 'kilowatt hour':
      return Math.abs(value) < 100 ? 2 : 0
    case 'watt':
      return Math.abs(value) < 10 ? 1 : 0
    case 'volt':
    case 'ampere':
      return 1
    case undefined:
      return 2
    default:
      return 0
  }
}

/** The unit as written, '' when the number stands alone. */
export const unitMark = (unit: string | undefined) => (unit === undefined ? '' : (written[unit] ?? unit))

/** The number alone: 21.4 or 1,204. */
export function numberWords(value: number, unit: string | undefined): string {
  return formatters[digits(unit, value)].format(value)
}

/** A number with its unit, as said aloud or read: 21.4 °C, 60 %, 2,700 K. */
export function quantity(value: number, unit: string | undefined): string {
  if (unit === 'mired') return `${numberWords(Math.round(1e6 / value / 50) * 50, 'kelvin')} K`
  const mark = unitMark(unit)
  if (mark === '') return numberWords(value, unit)
  return mark === '°' ? `${numberWords(value, unit)}°` : `${numberWords(value, unit)} ${mark}`
}
