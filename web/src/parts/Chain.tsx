import { Link } from '@tanstack/react-router'
import type { Event, RuleDocument, Why } from '../api/types'
import { useEvent } from '../data/history'
import { useNames } from '../data/names'
import { useScene } from '../data/Scene'
import { type Asked, useWhy } from '../data/why'
import { CheckedList } from '../rules/Why'
import { useThings } from '../rules/useThings'
import { clockSeconds } from '../words/ages'
import { eventWords } from '../words/events'
import { rootWords } from '../words/reasons'
import { triggerWords } from '../words/rules'
import styles from './Chain.module.css'

/** What carries a command to its device tells nothing about why. */
const carriers = ['command.sent', 'command.delivered', 'rule.waited']

/** The links worth telling; one is proven when everything on its way to the next is. */
function told({ links }: Why): Why['links'] {
  const kept = links.flatMap(({ event }, i) => (i === 0 || !carriers.includes(event.type) ? [i] : []))
  return kept.flatMap((at, k) => {
    const link = links[at]
    return link ? [{ ...link, proven: links.slice(at, kept[k + 1]).every(({ proven }) => proven) }] : []
  })
}

/** Why something is as it is: from the event back to what it began with, each step proven or concluded. */
export function Chain({ asked }: { asked: Asked }) {
  const { home } = useScene()
  const { data: why, isError } = useWhy(home, asked)
  if (isError) return <p role="alert" className={styles.quiet}>Why it is so could not be read.</p>
  if (!why) return <p className={styles.quiet}>Looking …</p>
  const steps = told(why)
  const root = rootWords(why.root)
  return (
    <ol className={styles.chain} aria-label="Why">
      {steps.map(({ event, proven }, i) => (
        <Step key={event.seq} event={event} first={i === 0} standing={i === steps.length - 1 ? null : proven ? 'proven' : 'probably'} />
      ))}
      {root && <li className={styles.step}><p className={styles.because}>{root}</p></li>}
    </ol>
  )
}

interface StepProps {
  event: Event
  first: boolean
  /** How sure it is that it follows from the next step; null for the last. */
  standing: 'proven' | 'probably' | null
}

function Step({ event, first, standing }: StepProps) {
  const scene = useScene()
  const { home } = scene
  const names = useNames(home)
  return (
    <li className={styles.step}>
      <p>
        {!first && <span className={styles.because}>because </span>}
        <Link to="/homes/$home/timeline" params={{ home }} search={{ seq: event.seq }}>{eventWords(event, { ...scene, names })}</Link>
        <span className={styles.meta}>
          <time dateTime={event.occurred_at}>{clockSeconds(Date.parse(event.occurred_at), scene.zone)}</time>
          {standing && `, ${standing}`}
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
