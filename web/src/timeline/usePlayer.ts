import { useDebouncedValue } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Event } from '../api/types'
import { clock } from '../data/clock'
import { prefetchReel, useMoment, useReel } from '../data/past'
import type { HomePicture } from '../data/picture'
import { reelLength, reelOf } from '../data/reel'
import { advance, indexAt, type Position } from './position'

/** The film is drawn so often while it plays, in milliseconds. */
const frameEvery = 100

/** How fast time can pass. */
export const speeds = [
  { value: 1, label: '1×' },
  { value: 10, label: '10×' },
  { value: 60, label: '60×' },
  { value: 100, label: '100×' },
  { value: 1000, label: '1,000×' },
] as const

export interface Player {
  /** Null for now. */
  position: Position | null
  /** The home at the position; null for now, or while the first reel loads. */
  picture: HomePicture | null
  /** The events around the position, in order. */
  events: readonly Event[]
  loading: boolean
  failed: boolean
  playing: boolean
  speed: number
  /** Goes to an event. */
  goTo: (seq: number) => void
  /** Goes to an instant; guess is about the last event before it. */
  goToTime: (at: number, guess: number) => void
  step: (by: number) => void
  goLive: () => void
  toggle: () => void
  setSpeed: (speed: number) => void
}

/** What is wanted: an event, or an instant whose event is not known for sure. */
type Aim = { seq: number; at: number | null; sure: boolean } | null

/** While somebody drags, only where they pause for so long is fetched. */
const pause = 80

/** Moves along the film of a home, from an event or an instant if one is named. */
export function usePlayer(home: string, head: number, start: number | null, startAt: number | null): Player {
  const queries = useQueryClient()
  const [aim, setAim] = useState<Aim>(() => {
    if (start !== null) return start >= head ? null : { seq: start, at: null, sure: true }
    return startAt === null || startAt >= clock.now() ? null : { seq: head, at: startAt, sure: false }
  })
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<number>(60)
  // The film ends where the log ended when it was begun, or it would be fetched again with every event.
  const [edge, setEdge] = useState(head)

  const [index] = useDebouncedValue(reelOf(aim?.seq ?? edge), pause)
  const reel = useReel(home, index, edge, aim !== null)
  const projector = aim && reelOf(aim.seq) === index && !reel.isPlaceholderData ? reel.data : undefined
  const events = useMemo(() => projector?.events() ?? noEvents, [projector])

  // An instant that the reel does not enclose: the server knows which event was the last.
  const unsure = aim && !aim.sure && aim.at !== null && !encloses(events, aim.at, edge) ? aim.at : null
  const [asked] = useDebouncedValue(unsure, 2 * pause)
  const told = useMoment(home, asked).data
  if (told !== undefined && asked !== null && asked === unsure) setAim({ seq: Math.max(1, told), at: asked, sure: true })

  const position = placed(aim, events, unsure === null)

  const goLive = useCallback(() => {
    setPlaying(false)
    setAim(null)
  }, [])
  const goTo = useCallback(
    (seq: number) => {
      if (seq >= head) goLive()
      else setAim({ seq: Math.max(1, seq), at: null, sure: true })
      if (seq > edge || aim === null) setEdge(head)
    },
    [aim, edge, head, goLive],
  )
  const goToTime = useCallback(
    (at: number, guess: number) => {
      if (at >= clock.now()) goLive()
      else setAim({ seq: Math.min(Math.max(1, guess), head), at, sure: false })
      if (aim === null) setEdge(head)
    },
    [aim, head, goLive],
  )

  useEffect(() => {
    if (!playing || !position) return
    const timer = setTimeout(() => {
      const { position: next, starved } = advance(position, events, frameEvery, speed, edge)
      if (next.seq >= head) goLive()
      else if (starved || next.seq >= edge) goTo(position.seq + 1)
      else setAim({ ...next, sure: true })
    }, frameEvery)
    return () => clearTimeout(timer)
  }, [playing, position, events, speed, edge, head, goTo, goLive])

  useEffect(() => {
    if (aim) prefetchReel(queries, home, index + (playing || aim.seq % reelLength > reelLength / 2 ? 1 : -1), edge)
  }, [aim, playing, queries, home, index, edge])

  return {
    position,
    picture: position && projector ? projector.at(position.seq) : null,
    events, playing, speed, setSpeed, goTo, goToTime, goLive,
    loading: aim !== null && !projector,
    failed: reel.isError,
    step: (by) => goTo((position?.seq ?? aim?.seq ?? head) + by),
    toggle: () => {
      if (!playing && aim === null) goTo(Math.max(1, head - runUp))
      setPlaying(!playing)
    },
  }
}

/** Playing from now begins so many events earlier. */
const runUp = 50

const noEvents: readonly Event[] = []

function encloses(events: readonly Event[], at: number, head: number): boolean {
  const first = events[0]
  const last = events.at(-1)
  if (!first || !last) return false
  return Date.parse(first.recorded_at) <= at && (at < Date.parse(last.recorded_at) || last.seq >= head)
}

/** Where an aim is. An instant between two events belongs to the earlier one. */
function placed(aim: Aim, events: readonly Event[], known: boolean): Position | null {
  if (!aim) return null
  if (aim.at !== null && !aim.sure) {
    const seq = known ? (events[indexAt(events, aim.at)]?.seq ?? aim.seq) : aim.seq
    return { seq, at: aim.at }
  }
  const event = events.find((e) => e.seq === aim.seq)
  const at = aim.at ?? (event ? Date.parse(event.recorded_at) : null)
  return at === null ? null : { seq: aim.seq, at }
}
