import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Event, Rule } from '../api/types'
import { useHistory } from '../data/history'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { EventRow } from '../parts/EventRow'
import { Why } from './Why'
import styles from './Editor.module.css'

/** How many are shown of what the rule did, and of what it might have answered. */
const shown = 5

/** What the rule did, and for what it stayed silent. */
export function Lately({ rule }: { rule: Rule }) {
  const { home } = useScene()
  const events = (useHistory(home, rule.id).data ?? []).filter(({ type }) => ['rule.fired', 'rule.failed', 'rule.cut'].includes(type))
  const device = rule.document.triggers.flatMap((t) => t.property?.device ?? t.signal?.device ?? [])[0]
  return (
    <Card title="What it did">
      {events.length === 0 && <p className={styles.quiet}>Nothing yet.</p>}
      <ol className={styles.events}>
        {events.slice(0, shown).map((event) => (
          <EventRow key={event.seq} event={event} about={rule.id} />
        ))}
      </ol>
      {device && <Silent rule={rule} device={device} />}
    </Card>
  )
}

/** What its device told lately: for each, why the rule fired or did not. */
function Silent({ rule, device }: { rule: Rule; device: string }) {
  const { home } = useScene()
  const trigger = rule.document.triggers.find((t) => (t.property ?? t.signal)?.device === device)
  const told = (useHistory(home, device).data ?? []).filter((event) => concerns(event, trigger?.property?.property))
  if (told.length === 0) return null
  return (
    <details className={styles.fold}>
      <summary>Why did it not fire?</summary>
      <p className={styles.quiet}>This is what it listens to. Choose one to see what came of it.</p>
      <ol className={styles.events}>
        {told.slice(0, shown).map((event) => (
          <Asked key={event.seq} rule={rule} event={event} />
        ))}
      </ol>
    </details>
  )
}

const concerns = ({ type, data }: Event, property: string | undefined) =>
  type === 'device.signalled' || (type === 'device.reported' && (property === undefined || property in Object(data.values)))

function Asked({ rule, event }: { rule: Rule; event: Event }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <EventRow event={event} />
      <li className={styles.asked}>
        {open ? <Why rule={rule} seq={event.seq} /> : <Button size="compact-md" variant="default" onClick={() => setOpen(true)}>Why, or why not?</Button>}
      </li>
    </>
  )
}
