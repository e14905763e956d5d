import { useState } from 'react'
import { clock } from '../data/clock'
import { instantOf } from './instant'
import type { Player } from './usePlayer'

export interface Comparing {
  /** The instant that was chosen first (RFC 3339); null while nothing is compared. */
  pinned: string | null
  /** The instant that is shown. */
  here: string
  begin: () => void
  end: () => void
}

/** How often at most a comparison with now is made anew, in milliseconds: a home may say something several times a second. */
const again = 5000

/**
 * Remembers an instant to compare another one with. head is the newest event: now moves on with it. onBegin is called
 * when somebody begins.
 */
export function useComparing(head: number, { position, events }: Player, onBegin: () => void): Comparing {
  const [pinned, pin] = useState<string | null>(null)
  const [now, setNow] = useState({ head, at: clock.now() })
  if (now.head !== head && clock.now() - now.at >= again) setNow({ head, at: clock.now() })
  const here = position ? instantOf(position, events) : new Date(now.at).toISOString()
  const begin = () => {
    pin(here)
    onBegin()
  }
  return { pinned, here, begin, end: () => pin(null) }
}
