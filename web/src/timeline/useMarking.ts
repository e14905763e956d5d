import { useState } from 'react'
import { clock } from '../data/clock'
import type { Position } from './position'
import type { Player } from './usePlayer'

export interface Marking {
  /** The first event of the slice and its last one, in order; null while nothing is marked. */
  slice: { first: Position; last: Position } | null
  /** Whether the end was set: until then it is where one looks. */
  ended: boolean
  /** Begins a slice here, or begins it anew. */
  begin: () => void
  /** Ends it here. */
  finish: () => void
  stop: () => void
}

/** Marks a part of the past: from where somebody begins to where they look, or where they said that it ends. */
export function useMarking(head: number, { position, loading }: Player): Marking {
  const [begun, setBegun] = useState<Position | null>(null)
  const [ended, setEnded] = useState<Position | null>(null)
  const [since, setSince] = useState(() => clock.now())
  const here = position ?? { seq: head, at: since }
  const end = ended ?? here
  const set = (keep: (now: Position) => void) => {
    if (loading && !position) return // nobody knows yet where this is
    setSince(clock.now())
    keep(position ?? { seq: head, at: clock.now() })
  }
  return {
    slice: begun && (begun.seq <= end.seq ? { first: begun, last: end } : { first: end, last: begun }),
    ended: ended !== null,
    begin: () => set((now) => {
      setBegun(now)
      if (ended && ended.seq < now.seq) setEnded(null)
    }),
    finish: () => set((now) => {
      setEnded(now)
      if (!begun) setBegun(now)
    }),
    stop: () => {
      setBegun(null)
      setEnded(null)
    },
  }
}
