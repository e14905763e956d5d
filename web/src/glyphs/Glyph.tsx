import type { ReactElement } from 'react'
import { air, alarm, motion, sun } from './sensing'
import { bulb, plug, rocker } from './lights'
import { door, lock, valve } from './openings'
import { airConditioner, curtain, dial, drop, thermometer } from './climate'
import { bed, box, button, camera, meter } from './others'

/** What a picture shows of a device's state. */
export interface Look {
  /** Lit, open, moving, sounding: whatever is worth seeing. */
  on: boolean
  /** From 0 to 1: how bright, how closed, how full. */
  level: number
}

const pictures: Record<string, (look: Look) => ReactElement> = {
  light: bulb,
  'dimmable-light': bulb,
  'color-light': bulb,
  dimmer: rocker,
  switch: rocker,
  plug,
  curtain,
  'air-conditioner': airConditioner,
  thermostat: dial,
  lock,
  valve,
  'contact-sensor': door,
  'motion-sensor': motion,
  'temperature-sensor': thermometer,
  'humidity-sensor': drop,
  'climate-sensor': air,
  'leak-sensor': drop,
  'smoke-alarm': alarm,
  'gas-alarm': alarm,
  'light-sensor': sun,
  'sleep-sensor': bed,
  'camera-hub': camera,
  button,
  meter,
}

/** The picture of a device: its kind, in the state it is in. Decoration only. */
export function Glyph({ kind, look, size = 28 }: { kind: string; look: Look; size?: number }) {
  return (
    <svg
      viewBox="0 0 32 32"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {(pictures[kind] ?? box)(look)}
    </svg>
  )
}
