import {
  IconAlertTriangle, IconBroadcast, IconCheck, IconHandFinger, IconHome, IconMessage, IconPencil, IconSend, IconWand,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { Event } from '../api/types'
import { useNames } from '../data/names'
import { useScene } from '../data/Scene'
import { clockSeconds } from '../words/ages'
import { eventWords } from '../words/events'
import { CauseLink } from './Cause'
import { Chain } from './Chain'
import styles from './EventRow.module.css'
import { Following } from './Following'
import { RulesAbout } from './RulesAbout'
import { WrongReading } from './WrongReading'

/** What was told with so little delay, in milliseconds, looks like any other report. */
const worthTelling = 10_000

const troubles = ['failed', 'rejected', 'expired', 'unknown', 'gap_recorded', 'entry_refused', 'history_regressed']

/** The picture and colour of an event. */
function mark(type: string) {
  const [family = '', what = ''] = type.split('.')
  if (troubles.includes(what)) return { Icon: IconAlertTriangle, tone: 'bad' }
  if (what === 'succeeded') return { Icon: IconCheck, tone: 'good' }
  if (what === 'requested') return { Icon: IconHandFinger, tone: 'brand' }
  if (family === 'rule') return { Icon: IconWand, tone: what === 'cut' ? 'bad' : what === 'fired' ? 'brand' : 'calm' }
  if (family === 'command') return { Icon: IconSend, tone: 'calm' }
  if (family === 'gateway') return { Icon: IconBroadcast, tone: 'cool' }
  if (what === 'reported' || what === 'signalled' || what === 'availability_changed') return { Icon: IconMessage, tone: 'calm' }
  return family === 'home' || family === 'room' || family === 'member'
    ? { Icon: IconHome, tone: 'calm' }
    : { Icon: IconPencil, tone: 'calm' }
}

interface EventRowProps {
  event: Event
  /** Whether it is the one that is looked at. */
  current?: boolean
  /** Whether why it happened and what followed is told, too. */
  told?: boolean
  /** Whether it lies after the instant that is shown. */
  later?: boolean
  /** The device whose page this is. */
  about?: string
  /** Whether it is told what does not count of it, and whether more can be taken out here. */
  mends?: 'told' | 'offered'
  /** Goes to an event on this page; without it the row links to the timeline. */
  onPick?: (seq: number) => void
}

/** One thing that happened, in words, with its time and what it follows from. */
export const EventRow = memo(function EventRow({ event, current, told, later, about, mends, onPick }: EventRowProps) {
  const scene = useScene()
  const { Icon, tone } = mark(event.type)
  const occurred = Date.parse(event.occurred_at)
  const time = <time dateTime={event.occurred_at}>{clockSeconds(occurred, scene.zone)}</time>
  const names = useNames(scene.picture.home.id)
  const words = eventWords(event, { ...scene, about, names })
  return (
    <li className={styles.row} data-later={later || undefined} aria-current={current ? 'true' : undefined}>
      <span className={styles.mark} data-tone={tone}>
        <Icon size={15} stroke={2} aria-hidden />
      </span>
      <div className={styles.body}>
        {onPick ? (
          <button type="button" className={styles.words} onClick={() => onPick(event.seq)}>{words}</button>
        ) : (
          <Link className={styles.words} to="/homes/$home/timeline" params={{ home: scene.picture.home.id }} search={{ seq: event.seq }}>
            {words}
          </Link>
        )}
        <p className={styles.meta}>
          {time}
          {event.historic && Date.parse(event.recorded_at) - occurred >= worthTelling && <span className={styles.badge}>told later, {clockSeconds(Date.parse(event.recorded_at), scene.zone)}</span>}
          <span className={styles.cause}>
            <CauseLink event={event} onPick={onPick} />
          </span>
        </p>
        {(mends || told) && <WrongReading event={event} offered={told === true || mends === 'offered'} />}
        {told && (
          <>
            <Chain asked={{ seq: event.seq }} />
            <Following seq={event.seq} onPick={onPick} />
            <RulesAbout event={event} />
          </>
        )}
      </div>
    </li>
  )
})
