import { createContext, use } from 'react'
import type { CommandRequest, Session } from '../api/types'
import type { Ask } from './asks'
import type { HomePicture } from './picture'

/**
 * What every screen of a home looks at: a picture, of now or of then. Screens
 * do not know where it comes from, so the present and the past look the same.
 */
export interface Scene {
  picture: HomePicture
  /** The instant that is shown, in Unix milliseconds; null for the present. */
  past: number | null
  me: Session | null
  /** Since when this page hears nothing (RFC 3339); null while it is connected. */
  cutOff: string | null
  /** The home's time zone. */
  zone: string
  /** Wishes of this page that are not commands yet, by device. */
  asks: Record<string, Ask>
  /** Asks a device for something. Does nothing in the past. */
  ask: (device: string, request: CommandRequest) => void
  /** Takes a refusal off the screen. */
  forget: (device: string) => void
}

const SceneContext = createContext<Scene | null>(null)

export const SceneProvider = SceneContext

/** The scene around a component. */
export function useScene(): Scene {
  const scene = use(SceneContext)
  if (!scene) throw new Error('There is no scene around this component.')
  return scene
}
