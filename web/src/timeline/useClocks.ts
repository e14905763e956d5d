import { useThrottledValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import type { Late } from '../api/types'
import { type Clock, useLate } from '../data/past'
import type { Scene } from '../data/Scene'
import { instantOf } from './instant'
import type { Player } from './usePlayer'

/** How often at most is asked what was told late, in milliseconds. */
const askEvery = 400

export interface Clocks {
  clock: Clock
  setClock: (clock: Clock) => void
  /** Where the two differ at the instant that is shown; undefined while that is not known, or now. */
  late: Late | undefined
  /** The scene as the chosen clock tells it. */
  scene: Scene
}

/** The past by both clocks: as it was known, with what was told late put where it happened if the truth is wanted. */
export function useClocks(known: Scene, player: Player): Clocks {
  const [clock, setClock] = useState<Clock>('known')
  const here = player.position && known.past !== null ? instantOf(player.position, player.events) : null
  const asked = useThrottledValue(here, askEvery)
  // While it plays in the known way nobody has time to read a note.
  const idle = player.playing && clock === 'known'
  const { data } = useLate(known.home, idle || here === null ? null : asked, player.playing)
  const late = here === null ? undefined : data
  const scene = useMemo(() => {
    if (clock === 'known' || !late || late.twins.length === 0) return known
    const twins = new Map(known.picture.twins)
    for (const twin of late.twins) if (twins.has(twin.device)) twins.set(twin.device, twin)
    return { ...known, picture: { ...known.picture, twins } }
  }, [clock, known, late])
  return { clock, setClock, late, scene }
}
