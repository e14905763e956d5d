import { Skeleton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Fragment, memo, useEffect, useRef } from 'react'
import type { Event } from '../api/types'
import { useStage } from '../data/Scene'
import { dated } from '../parts/days'
import { EventRow } from '../parts/EventRow'
import styles from './Timeline.module.css'

/** How many events are listed before the place one looks at, and after it. */
const before = 40
const after = 12

/** How long somebody must stay at an event to be told why, in milliseconds: who hurries on would ask in vain. */
const rest = 250

interface EventListProps {
  events: readonly Event[] | undefined
  /** Whether they could not be read. */
  failed: boolean
  seq: number | null
  onPick: (seq: number) => void
}

/** What happened around the moment, newest first. */
export const EventList = memo(function EventList({ events, failed, seq, onPick }: EventListProps) {
  const { zone } = useStage()
  const list = useRef<HTMLOListElement>(null)
  const [rested] = useDebouncedValue(seq, rest)
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current]')
    const frame = list.current?.parentElement
    if (!(current instanceof HTMLElement) || !frame || frame.scrollHeight <= frame.clientHeight) return
    frame.scrollTo({ top: current.offsetTop - frame.clientHeight / 3 })
  }, [seq, events, rested])

  if (failed && !events) return <p role="alert">What happened could not be read. It is tried again with the next connection.</p>
  if (!events) return <Skeleton height={300} radius="md" aria-label="Loading what happened" />
  const shown = seq === null ? events.slice(0, before) : events.filter((e) => e.seq > seq - before && e.seq <= seq + after).toReversed()
  return (
    <ol className={styles.events} ref={list} aria-label="What happened">
      {dated(shown, zone, 'recorded_at').map(({ event, day }) => (
        <Fragment key={event.seq}>
          {day && <li className={styles.day}>{day}</li>}
          <EventRow event={event} current={event.seq === seq} told={event.seq === seq && seq === rested} later={seq !== null && event.seq > seq} onPick={onPick} />
        </Fragment>
      ))}
    </ol>
  )
})
