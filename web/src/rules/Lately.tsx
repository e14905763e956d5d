import { Button } from '@mantine/core'
import { Fragment, useState } from 'react'
import type { Event, Rule, Trigger } from '../api/types'
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

/** What its device told lately: for each, why the rule fired or did not. What is read does not move away. */
function Silent({ rule, device }: { rule: Rule; device: string }) {
  const { home } = useScene()
  const trigger = rule.document.triggers.find((t) => (t.property ?? t.signal)?.device === device)
  const { data } = useHistory(home, device)
  const [held, hold] = useState<Event[]>([])
  const look = () => hold(changes(data ?? [], trigger?.property).slice(0, shown))
  if (!data || data.length === 0) return null
  return (
    <details className={styles.fold} onToggle={(event) => event.currentTarget.open && look()}>
      <summary>Why did it not fire?</summary>
      <p className={styles.quiet}>This is what it listened to lately, and what came of it.</p>
      <ol className={styles.events} aria-label="What it listens to">
        {held.map((event) => (
          <Fragment key={event.seq}>
            <EventRow event={event} />
            <li className={styles.asked}><Why rule={rule} seq={event.seq} /></li>
          </Fragment>
        ))}
      </ol>
      <Button variant="default" onClick={look}>Look again</Button>
    </details>
  )
}

const valueIn = ({ data }: Event, property: string): unknown => (Object(data.values) as Record<string, unknown>)[property]

/** The signals, and the reports that told something new which the rule might wait for; the newest first. */
function changes(events: readonly Event[], waited: Trigger['property']): Event[] {
  if (!waited) return events.filter(({ type }) => type === 'device.signalled')
  const told = events.filter((event) => event.type === 'device.reported' && valueIn(event, waited.property) !== undefined)
  return told.filter((event, i) => {
    const [value, before] = [valueIn(event, waited.property), told[i + 1]]
    return (waited.to === undefined || value === waited.to) && (before === undefined || value !== valueIn(before, waited.property))
  })
}
