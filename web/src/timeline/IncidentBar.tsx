import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Incident } from '../api/types'
import { useEvent } from '../data/history'
import { useIncidents } from '../data/incidents'
import { useScene } from '../data/Scene'
import styles from '../incidents/Incidents.module.css'
import { Card } from '../parts/Card'
import { stretchWords } from '../words/incidents'
import type { Stretch } from './position'

/** The incident that an address names, and its stretch of time as soon as it is known. */
export function useOpened(home: string, id: string | undefined): { incident: Incident; stretch: Stretch } | null {
  const incidents = useIncidents(home, id !== undefined).data
  const incident = id === undefined ? undefined : incidents?.find((i) => i.id === id)
  const first = useEvent(home, incident ? incident.after + 1 : null).data
  const last = useEvent(home, incident?.to ?? null).data
  if (!incident || !first || !last) return null
  return { incident, stretch: { from: Date.parse(first.recorded_at), to: Date.parse(last.recorded_at) } }
}

/** Which incident the timeline shows. */
export function IncidentBar({ opened: { incident, stretch }, onPick, onClose }: { opened: NonNullable<ReturnType<typeof useOpened>>; onPick: (seq: number) => void; onClose: () => void }) {
  const { home, zone } = useScene()
  return (
    <Card title={incident.name} action={<Button variant="default" radius="xl" onClick={onClose}>Close</Button>}>
      <p className={styles.quiet}>{stretchWords(stretch.from, stretch.to, zone)}</p>
      {incident.note !== '' && <p className={styles.note}>{incident.note}</p>}
      <div className={styles.acts}>
        <Button variant="default" onClick={() => onPick(incident.after + 1)}>To its beginning</Button>
        <Button variant="default" onClick={() => onPick(incident.to)}>To its end</Button>
        <Button variant="subtle" renderRoot={(props) => <Link to="/homes/$home/incidents" params={{ home }} {...props} />}>All incidents</Button>
      </div>
    </Card>
  )
}
