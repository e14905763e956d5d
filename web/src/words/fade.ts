import type { Command, Device } from '../api/types'
import { durationWords } from './spans'
import { valueWords } from './values'

export const fadeLabel = 'Lamps fade over'
export const fadeHint = 'Lamps that can be dimmed go there slowly, if they know how; everything else changes at once. 0: all at once.'

/** How a scene comes about. */
export const fadeWords = (ms: number) => `Lamps that can fade take ${durationWords(ms)}; everything else changes at once.`

/** What a lamp is doing that was asked to fade and has not said that it is there: "Fading to 60 %". */
export function fadingWords(command: Command, device: Device): string {
  const { onOff, currentLevel } = command.set
  const schema = device.affordances.properties.currentLevel
  if (onOff === false) return 'Fading out'
  if (currentLevel !== undefined) return `Fading to ${valueWords('currentLevel', currentLevel, schema)}`
  return onOff === true ? 'Fading in' : 'Fading to its new colour'
}
