import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Incident } from '../api/types'
import { useEvent } from '../data/history'
import { useRemoveIncident } from '../data/incidents'
import { arranges } from '../data/roles'
import { useScene } from '../data/Scene'
import { letsOut } from '../data/webhooks'
import { Card } from '../parts/Card'
import { Sure } from '../parts/Sure'
import { eventsWords, stretchWords } from '../words/incidents'
import styles from './Incidents.module.css'
import { SaveAsTest } from './SaveAsTest'
import { Share } from './Share'

/** One incident: what it is about, and what can be done with it. */
export function IncidentCard({ incident, title }: { incident: Incident; title: string }) {
  const { home, picture, zone } = useScene()
  const { role } = picture.home
  const first = useEvent(home, incident.after + 1).data
  const last = useEvent(home, incident.to).data
  const remove = useRemoveIncident(home)
  const [open, setOpen] = useState<'share' | 'test' | 'remove' | null>(null)
  const about = [...incident.rooms.map((id) => picture.rooms.get(id)?.name), ...incident.devices.map((id) => picture.devices.get(id)?.name)]
  return (
    <Card title={title}>
      <p className={styles.quiet}>
        {first && last && `${stretchWords(Date.parse(first.recorded_at), Date.parse(last.recorded_at), zone)}, `}
        {eventsWords(incident.to - incident.after)}
        {about.length > 0 && `, ${about.filter(Boolean).join(', ')}`}
      </p>
      {incident.note !== '' && <p className={styles.note}>{incident.note}</p>}
      <div className={styles.acts}>
        <Button
          renderRoot={(props) => (
            <Link to="/homes/$home/timeline" params={{ home }} search={{ seq: incident.after + 1, incident: incident.id }} {...props} />
          )}
        >
          Open
        </Button>
        {letsOut(role) && <Button variant="default" aria-expanded={open === 'share'} onClick={() => setOpen(open === 'share' ? null : 'share')}>Share…</Button>}
        {letsOut(role) && <Button variant="default" aria-expanded={open === 'test'} onClick={() => setOpen(open === 'test' ? null : 'test')}>Save as test…</Button>}
        {arranges(role) && <Button variant="default" onClick={() => setOpen('remove')}>Remove…</Button>}
      </div>
      {open === 'share' && <Share incident={incident} />}
      {open === 'test' && <SaveAsTest incident={incident} onDone={() => setOpen(null)} />}
      {open === 'remove' && (
        <Sure
          question={`Remove the mark ${title}? Its note is erased and its links end. What happened stays in the history.`} yes="Remove"
          busy={remove.isPending} error={remove.error} onYes={() => remove.mutate(incident)} onNo={() => setOpen(null)}
        />
      )}
    </Card>
  )
}
