import { Link } from '@tanstack/react-router'
import type { Incident } from '../api/types'
import { useIncidents } from '../data/incidents'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { IncidentCard } from './IncidentCard'
import styles from './Incidents.module.css'

/** What an incident is called; those of one name are told apart by a number, the oldest first. */
function titleOf({ id, name }: Incident, all: readonly Incident[]): string {
  const same = all.filter((other) => other.name === name)
  const place = same.length - same.findIndex((other) => other.id === id)
  return place > 1 ? `${name} (${place})` : name
}

/** The parts of the past that somebody marked. */
export function IncidentsPage() {
  const { home, picture } = useScene()
  const { data, error } = useIncidents(home)
  return (
    <>
      <title>{`Incidents – ${picture.home.name}`}</title>
      <CutOff />
      <div className={styles.intro}>
        <h1>Incidents</h1>
        <p>Parts of the past under a name: to find them again, to show them to somebody, or to hold rules against them.</p>
        <p><Link to="/homes/$home/timeline" params={{ home }}>Mark one in the timeline</Link></p>
      </div>
      {error && <p role="alert">{error.message}</p>}
      {data?.length === 0 && (
        <section className={styles.empty} aria-label="No incidents yet">
          <h2>No incidents yet</h2>
          <p>In the timeline, “Mark” keeps what happened between two moments, with a name and a note.</p>
        </section>
      )}
      <div className={styles.cards}>{data?.map((incident) => <IncidentCard key={incident.id} incident={incident} title={titleOf(incident, data)} />)}</div>
    </>
  )
}
