import { Link } from '@tanstack/react-router'
import type { Event, RuleDocument } from '../api/types'
import { useCauses } from '../data/cause'
import { useEvent } from '../data/history'
import { useNames } from '../data/names'
import { useScene } from '../data/Scene'
import { CheckedList } from '../rules/Why'
import { useThings } from '../rules/useThings'
import { clockSeconds } from '../words/ages'
import { eventWords } from '../words/events'
import { triggerWords } from '../words/rules'
import styles from './Chain.module.css'

/** What carries a command to its device tells nothing about why. */
const carriers = ['command.sent', 'command.delivered', 'rule.waited']

/** Why something is as it is: from the event back to what followed from nothing. */
export function Chain({ event }: { event: Event }) {
  const { picture } = useScene()
  const causes = useCauses(picture.home.id, event)
  if (!causes) return <p className={styles.quiet}>Looking …</p>
  const told = [event, ...causes].filter(({ type, seq }) => seq === event.seq || !carriers.includes(type))
  return (
    <ol className={styles.chain} aria-label="Why">
      {told.map((step, i) => (
        <Step key={step.seq} event={step} first={i === 0} last={i === told.length - 1} />
      ))}
    </ol>
  )
}

function Step({ event, first, last }: { event: Event; first: boolean; last: boolean }) {
  const scene = useScene()
  const home = scene.picture.home.id
  const names = useNames(home)
  return (
    <li className={styles.step}>
      <p>
        {!first && <span className={styles.because}>because </span>}
        <Link to="/homes/$home/timeline" params={{ home }} search={{ seq: event.seq }}>{eventWords(event, { ...scene, names })}</Link>
        <span className={styles.meta}>
          <time dateTime={event.occurred_at}>{clockSeconds(Date.parse(event.occurred_at), scene.zone)}</time>
          {!last && (event.inferred ? ', probably' : ', proven')}
        </span>
      </p>
      {event.type === 'rule.fired' && <Fired event={event} />}
    </li>
  )
}

/** The version of the rule that fired, with what triggered it and each condition as it was. */
function Fired({ event }: { event: Event }) {
  const { home } = useScene()
  const things = useThings()
  const version = useEvent(home, typeof event.data.version === 'number' ? event.data.version : null).data
  const document = version?.data.document as RuleDocument | undefined
  const trigger = document?.triggers[Number(event.data.trigger ?? 0)]
  if (!document) return null
  return (
    <div className={styles.fired}>
      {trigger && <p>It fires when {triggerWords(trigger, things)}.</p>}
      <CheckedList checked={(event.data.checked ?? []) as { path: string; is: string; seen?: unknown }[]} condition={document.condition} things={things} />
    </div>
  )
}
