import { useState } from 'react'
import { useNow } from '../data/useNow'
import { type Stretch, spans, stretchAround, within, zoomed } from './position'

/** The strip's parts: about one bar every four points on a phone. */
export const buckets = 120

/** How often at most the strip of now moves on, in milliseconds: each time it is counted anew. */
const leastGrain = 5000

/** How much of what is around is shown beside a part that is opened. */
const around = 1.3

/**
 * Which stretch of the past the strip shows: it follows the place that is looked at, until somebody moves it. A part that
 * is opened is shown whole.
 */
export function useStretch(at: number | null, since: number, part: Stretch | null) {
  const [opened, setOpened] = useState<Stretch | null>(null)
  const [span, setSpan] = useState<number>(spans[3].ms)
  const [center, setCenter] = useState<number | null>(null)
  const [seen, setSeen] = useState(at)
  // The strip of now moves on by whole parts, not with every tick.
  const tick = useNow(1000)
  const grain = Math.max(leastGrain, Math.min(span, tick - since) / buckets)
  const now = Math.ceil(tick / grain) * grain
  let stretch: Stretch = stretchAround(center ?? now, span, since, now)
  if (at !== seen) {
    setSeen(at)
    if (at === null || !within(at, stretch)) {
      setCenter(at)
      stretch = stretchAround(at ?? now, span, since, now)
    }
  }
  const show = ({ from, to }: Stretch) => {
    setSpan(to - from >= now - since ? Infinity : to - from)
    setCenter(to >= now ? null : (from + to) / 2)
  }
  if (part?.from !== opened?.from || part?.to !== opened?.to) {
    setOpened(part)
    if (part) show(zoomed(part, around, (part.from + part.to) / 2))
  }
  const pan = (by: number) => {
    const length = stretch.to - stretch.from
    show({ from: stretch.from + by * length, to: stretch.to + by * length })
  }
  return {
    stretch,
    span,
    setSpan: (ms: number) => {
      setSpan(ms)
      setCenter(at)
    },
    /** Makes the stretch so many times as long; around stays where it is on the screen. */
    zoom: (factor: number, around = at ?? now) => show(zoomed(stretch, factor, around)),
    /** Moves by parts of its length. */
    pan,
    earlier: stretch.from > since ? () => pan(-1) : null,
    later: stretch.to < now ? () => pan(1) : null,
  }
}

export type Window = ReturnType<typeof useStretch>
