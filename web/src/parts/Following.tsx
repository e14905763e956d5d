import { Link } from '@tanstack/react-router'
import { useEvent } from '../data/history'
import { useNames } from '../data/names'
import { useScene } from '../data/Scene'
import { useWhy } from '../data/why'
import { clockSeconds } from '../words/ages'
import { eventWords } from '../words/events'
import styles from './Chain.module.css'

/** How many events are told before the rest is counted. */
const shown = 8

interface FollowingProps {
  seq: number
  /** Goes to an event on this page; without it the rows link to the timeline. */
  onPick?: (seq: number) => void
}

/** What followed from an event, directly or by others, in its order. Nothing when nothing did. */
export function Following({ seq, onPick }: FollowingProps) {
  const { home } = useScene()
  const { data } = useWhy(home, { seq })
  const following = data?.following ?? []
  if (following.length === 0) return null
  const rest = following.length - shown
  return (
    <>
      <p className={styles.quiet}>What followed</p>
      <ol className={styles.chain} aria-label="What followed">
        {following.slice(0, shown).map((next) => <Step key={next} seq={next} onPick={onPick} />)}
        {(rest > 0 || data?.more) && (
          <li className={styles.step}>
            <p className={styles.because}>{rest > 0 ? `and ${rest} more${data?.more ? ' at least' : ''}` : 'and perhaps more'}</p>
          </li>
        )}
      </ol>
    </>
  )
}

function Step({ seq, onPick }: FollowingProps) {
  const scene = useScene()
  const { home } = scene
  const names = useNames(home)
  const event = useEvent(home, seq).data
  const words = event ? eventWords(event, { ...scene, names }) : 'Looking …'
  return (
    <li className={styles.step}>
      <p>
        {onPick ? (
          <button type="button" className={styles.pick} onClick={() => onPick(seq)}>{words}</button>
        ) : (
          <Link to="/homes/$home/timeline" params={{ home }} search={{ seq }}>{words}</Link>
        )}
        {event && <time className={styles.meta} dateTime={event.occurred_at}>{clockSeconds(Date.parse(event.occurred_at), scene.zone)}</time>}
      </p>
    </li>
  )
}
