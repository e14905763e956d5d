import { createContext, type ReactNode, use, useMemo } from 'react'
import type { CommandRequest, Session } from '../api/types'
import type { Ask } from './asks'
import type { HomePicture } from './picture'

/** The part of a scene that stays the same while the home changes: what a tile needs beside its device. */
export interface Stage {
  /** The id of the home. */
  home: string
  /** Whether the past is shown: nothing can be asked for there. */
  isPast: boolean
  me: Session | null
  /** Since when this page hears nothing (RFC 3339); null while it is connected. */
  cutOff: string | null
  /** The home's time zone. */
  zone: string
  /** Asks a device for something. Does nothing in the past. */
  ask: (device: string, request: CommandRequest) => void
  /** Takes a refusal off the screen. */
  forget: (device: string) => void
}

/**
 * What every screen of a home looks at: a picture, of now or of then. Screens
 * do not know where it comes from, so the present and the past look the same.
 */
export interface Scene extends Stage {
  /** The instant that is shown, in Unix milliseconds; null for the present. */
  past: number | null
  picture: HomePicture
  /** Wishes of this page that are not commands yet, by device. */
  asks: Record<string, Ask>
}

const SceneContext = createContext<Scene | null>(null)
const StageContext = createContext<Stage | null>(null)
const PastContext = createContext<number | null>(null)

/** Puts a scene around its children. */
export function SceneProvider({ value, children }: { value: Scene; children: ReactNode }) {
  const { home, isPast, me, cutOff, zone, ask, forget } = value
  const stage = useMemo(
    () => ({ home, isPast, me, cutOff, zone, ask, forget }),
    [home, isPast, me, cutOff, zone, ask, forget],
  )
  return (
    <SceneContext value={value}>
      <StageContext value={stage}>
        <PastContext value={value.past}>{children}</PastContext>
      </StageContext>
    </SceneContext>
  )
}

/** The scene around a component, which is drawn again with every event of the home. */
export function useScene(): Scene {
  return inside(use(SceneContext))
}

/** The stage around a component, which seldom changes. */
export function useStage(): Stage {
  return inside(use(StageContext))
}

/** The instant that is shown, in Unix milliseconds; null for the present. Only for what tells ages. */
export function usePast(): number | null {
  return use(PastContext)
}

function inside<T>(context: T | null): T {
  if (context === null) throw new Error('There is no scene around this component.')
  return context
}
