import { useEffect, useMemo, useState } from 'react'
import type { Event } from '../api/types'
import type { HomePicture } from '../data/picture'
import type { Projector } from '../data/reel'
import { advance } from '../timeline/position'

/** The film is drawn so often while it plays, in milliseconds. */
const frameEvery = 100

export interface ShownFilm {
  events: readonly Event[]
  /** The event that is shown; 0: how everything was before the first. */
  place: number
  /** The instant that is shown, in Unix milliseconds. */
  at: number
  picture: HomePicture
  playing: boolean
  speed: number
  goTo: (place: number) => void
  toggle: () => void
  setSpeed: (speed: number) => void
}

/** Moves along the film of an incident, which is there as a whole. */
export function useFilm(projector: Projector): ShownFilm {
  const events = useMemo(() => projector.events(), [projector])
  const timeOf = (place: number) => Date.parse(events[Math.max(place, 1) - 1]?.occurred_at ?? '') || 0
  const [position, setPosition] = useState(() => ({ seq: 0, at: timeOf(0) }))
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState(10)
  const end = events.length
  useEffect(() => {
    if (!playing) return
    const timer = setTimeout(() => {
      const next = advance(position, events, frameEvery, speed, end).position
      setPosition(next)
      if (next.seq >= end) setPlaying(false)
    }, frameEvery)
    return () => clearTimeout(timer)
  }, [playing, position, events, speed, end])
  const goTo = (place: number) => {
    const seq = Math.min(Math.max(place, 0), end)
    setPosition({ seq, at: timeOf(seq) })
  }
  return {
    events, place: position.seq, at: position.at, picture: projector.at(position.seq), playing, speed, setSpeed, goTo,
    toggle: () => {
      if (!playing && position.seq >= end) goTo(0)
      setPlaying(!playing && end > 0)
    },
  }
}
