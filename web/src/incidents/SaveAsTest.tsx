import { Button, NativeSelect } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { Incident } from '../api/types'
import { useEvent } from '../data/history'
import { useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { SliceForm } from '../rules/SliceForm'
import styles from './Incidents.module.css'

/** Holds a rule against an incident from now on. */
export function SaveAsTest({ incident, onDone }: { incident: Incident; onDone: () => void }) {
  const { home } = useScene()
  const rules = useRules(home).data
  const [chosen, choose] = useState('')
  const [kept, keep] = useState(false)
  const before = useEvent(home, Math.max(incident.after, 1)).data
  const last = useEvent(home, incident.to).data
  const rule = rules?.find(({ id }) => id === chosen) ?? rules?.[0]
  const draft = useMemo(() => rule && { rule: rule.id, document: rule.document, grants: rule.grants }, [rule])
  if (kept) {
    return (
      <div className={styles.form}>
        <p role="status">It is a test now. <Link to="/homes/$home/tests" params={{ home }}>See the tests</Link></p>
        <div><Button variant="default" onClick={onDone}>Done</Button></div>
      </div>
    )
  }
  if (!rules || !before || !last) return <p className={styles.quiet}>Looking …</p>
  if (!rule || !draft) return <p className={styles.quiet}>There is no rule yet that could be held against it.</p>
  return (
    <div className={styles.form}>
      <NativeSelect
        label="Which rule" size="md" value={rule.id} data={rules.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <SliceForm
        key={rule.id} rule={rule.id} around={null} draft={draft}
        part={{ name: incident.name, from: before.recorded_at, to: last.recorded_at }}
        onDone={(added) => (added ? keep(true) : onDone())}
      />
    </div>
  )
}
