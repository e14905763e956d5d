import type { Twin } from '../api/types'

/** Below this saturation, in percent, light is white to the eye. */
const pale = 8

/** The colour of a lamp, as CSS; null when it is not known to have one. */
export function lampColor(twin: Twin | undefined): string | null {
  const hue = twin?.properties.currentHue?.reported
  const saturation = twin?.properties.currentSaturation?.reported
  const mireds = twin?.properties.colorTemperatureMireds?.reported
  const coloured = Number(saturation?.value) >= pale
  const hued = coloured && hue && saturation && (!mireds || Math.max(hue.seq, saturation.seq) >= mireds.seq)
  if (hued && typeof hue.value === 'number' && typeof saturation.value === 'number') {
    return `hsl(${hue.value} ${saturation.value}% 62%)`
  }
  return typeof mireds?.value === 'number' ? whiteOf(mireds.value) : null
}

const whites = [
  { mireds: 100, rgb: [196, 222, 255] },
  { mireds: 230, rgb: [255, 250, 242] },
  { mireds: 370, rgb: [255, 214, 153] },
  { mireds: 600, rgb: [255, 168, 84] },
] as const

/** White light as it looks, from cool (100 mired) to candle (600 mired). */
export function whiteOf(mireds: number): string {
  const upper = whites.find((white) => white.mireds >= mireds) ?? whites[3]
  const lower = whites[Math.max(0, whites.indexOf(upper) - 1)] ?? upper
  const range = upper.mireds - lower.mireds
  const share = range === 0 ? 0 : Math.min(1, Math.max(0, (mireds - lower.mireds) / range))
  return `rgb(${upper.rgb.map((to, i) => Math.round((lower.rgb[i] ?? to) * (1 - share) + to * share)).join(' ')})`
}
