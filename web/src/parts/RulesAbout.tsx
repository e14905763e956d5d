import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Event } from '../api/types'
import { useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { Why } from '../rules/Why'
import styles from './EventRow.module.css'

/** What the rules that listen to a device made of one of its events: fired, or why not. */
export function RulesAbout({ event }: { event: Event }) {
  const { home } = useScene()
  const [open, setOpen] = useState<string | null>(null)
  const rules = (useRules(home).data ?? []).filter(({ document }) =>
    document.triggers.some((t) => (t.property ?? t.signal)?.device === event.entity),
  )
  if (rules.length === 0 || !['device.reported', 'device.signalled'].includes(event.type)) return null
  return (
    <ul className={styles.rules}>
      {rules.map((rule) =>
        open === rule.id ? (
          <li key={rule.id}>
            <p>The rule “{rule.name}”:</p>
            <Why rule={rule} seq={event.seq} />
            <Link to="/homes/$home/rules/$rule" params={{ home, rule: rule.id }} search={{ around: event.seq }}>Save as a test of the rule …</Link>
          </li>
        ) : (
          <li key={rule.id}>
            <button type="button" onClick={() => setOpen(rule.id)}>What did the rule “{rule.name}” make of it?</button>
          </li>
        ),
      )}
    </ul>
  )
}
