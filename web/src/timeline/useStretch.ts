import { useState } from 'react'
import { useNow } from '../data/useNow'
import { type Stretch, spans, stretchAround, within } from './position'

/** The strip's parts: about one bar every four points on a phone. */
export const buckets = 120

/** Which stretch of the past the strip shows: it follows the place that is looked at. */
export function useStretch(at: number | null, since: number) {
  const [span, setSpan] = useState<number>(spans[1].ms)
  const [center, setCenter] = useState<number | null>(null)
  const length = Number.isFinite(span) ? span : Infinity
  // The strip of now moves on by whole parts, not with every tick.
  const tick = useNow(1000)
  const grain = Math.max(1000, Math.min(length, tick - since) / buckets)
  const now = Math.ceil(tick / grain) * grain
  let stretch: Stretch = stretchAround(center ?? now, length, since, now)
  const left = at !== null && !within(at, stretch)
  if (left) stretch = stretchAround(at, length, since, now)
  const move = (by: number) => setCenter((stretch.from + stretch.to) / 2 + by * (stretch.to - stretch.from))
  return {
    stretch,
    span,
    setSpan: (ms: number) => {
      setSpan(ms)
      setCenter(at)
    },
    follow: () => setCenter(at),
    left,
    earlier: stretch.from > since ? () => move(-1) : null,
    later: stretch.to < now ? () => move(1) : null,
  }
}
