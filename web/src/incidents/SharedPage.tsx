import { Button, Loader } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { SharedIncident } from '../api/types'
import { type Scene, SceneProvider } from '../data/Scene'
import { sharedFilm, useSharedIncident } from '../data/shared'
import { HomeView } from '../home/HomeView'
import { Door } from '../parts/Door'
import { clockSeconds, dayWords } from '../words/ages'
import { stretchWords } from '../words/incidents'
import { Film } from './Film'
import styles from './Shared.module.css'
import { useFilm } from './useFilm'

/** What a link to an incident shows to whoever holds it: that part of the past, and nothing else. */
export function SharedPage() {
  // The secret stands behind the #, which no browser sends to a server.
  const [link] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const shared = useSharedIncident(link)
  if (link === '') return <Door title="This link is not whole"><p>Ask whoever sent it for the whole link.</p></Door>
  if (shared.data) return <Shown incident={shared.data} />
  if (shared.data === null) {
    return (
      <Door title="Nothing is behind this link">
        <p>It has expired, or whoever shared it ended it. Ask them for a new one.</p>
      </Door>
    )
  }
  if (shared.isError) {
    return (
      <Door title="Logis does not answer">
        <p role="alert">{shared.error.message}</p>
        <Button size="md" onClick={() => void shared.refetch()}>Try again</Button>
      </Door>
    )
  }
  return <Door title="Just a moment"><Loader aria-label="Loading" /></Door>
}

const nothing = () => undefined

function Shown({ incident }: { incident: SharedIncident }) {
  const projector = useMemo(() => sharedFilm(incident), [incident])
  const film = useFilm(projector)
  const zone = incident.time_zone
  const { picture } = film
  const past = Math.floor(film.at / 1000) * 1000
  const scene = useMemo<Scene>(
    () => ({ home: '', me: null, zone, picture, past, isPast: true, cutOff: null, asks: {}, ask: nothing, forget: nothing }),
    [zone, picture, past],
  )
  const first = film.events[0]
  const last = film.events.at(-1)
  const until = Date.parse(incident.expires_at)
  return (
    <main className={styles.page}>
      <title>{`${incident.name} – Logis`}</title>
      <header className={styles.head}>
        <img src="/icon.svg" alt="" />
        <div>
          <h1>{incident.name}</h1>
          <p>
            {first && last ? stretchWords(Date.parse(first.occurred_at), Date.parse(last.occurred_at), zone) : 'Nothing happened in it'}.
            {' '}Only this part of the past is shown, until {dayWords(until, zone)}, {clockSeconds(until, zone)}.
          </p>
        </div>
      </header>
      {incident.note !== '' && <p className={styles.note}>{incident.note}</p>}
      <SceneProvider value={scene}>
        {first && <Film film={film} />}
        {picture.devices.size > 0 ? <HomeView /> : <p>No device had to do with it.</p>}
      </SceneProvider>
    </main>
  )
}
