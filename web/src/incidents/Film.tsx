import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerSkipBack, IconPlayerSkipForward } from '@tabler/icons-react'
import { useScene } from '../data/Scene'
import { speeds } from '../timeline/usePlayer'
import { clockSeconds, dayWords } from '../words/ages'
import { eventWords } from '../words/events'
import styles from './Shared.module.css'
import type { ShownFilm } from './useFilm'

/** Steps and plays through the events of an incident, and tells each in words. */
export function Film({ film }: { film: ShownFilm }) {
  const scene = useScene()
  const { events, place, at, playing } = film
  const event = events[place - 1]
  const time = event ? `${clockSeconds(at, scene.zone)}, ${dayWords(at, scene.zone)}` : 'Before it'
  const words = event ? eventWords(event, scene) : 'This is how everything was. Play, or step from event to event.'
  return (
    <section className={styles.film} aria-label="What happened">
      <p className={styles.moment} aria-live={playing ? 'off' : 'polite'}>
        <strong className="numbers">{time}</strong>
        <span>{words}</span>
      </p>
      <input
        type="range" aria-label="Moment" min={0} max={events.length} value={place} aria-valuetext={`${time}. ${words}`}
        onChange={(e) => film.goTo(Number(e.currentTarget.value))}
      />
      <div className={styles.buttons} role="group" aria-label="Play">
        <ActionIcon variant="subtle" size={44} radius="xl" aria-label="One event back" disabled={place === 0} onClick={() => film.goTo(place - 1)}>
          <IconPlayerSkipBack size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon size={52} radius="xl" aria-label={playing ? 'Pause' : 'Play'} onClick={film.toggle}>
          {playing ? <IconPlayerPauseFilled size={22} aria-hidden /> : <IconPlayerPlayFilled size={22} aria-hidden />}
        </ActionIcon>
        <ActionIcon variant="subtle" size={44} radius="xl" aria-label="One event on" disabled={place >= events.length} onClick={() => film.goTo(place + 1)}>
          <IconPlayerSkipForward size={20} aria-hidden />
        </ActionIcon>
        <NativeSelect
          aria-label="Speed" className={styles.speed} value={String(film.speed)}
          data={speeds.map(({ value, label }) => ({ value: String(value), label }))}
          onChange={(e) => film.setSpeed(Number(e.currentTarget.value))}
        />
        <span className={`${styles.count} numbers`}>{place} of {events.length}</span>
      </div>
      <details className={styles.all}>
        <summary>Everything that happened</summary>
        <ol>
          {events.map((e) => (
            <li key={e.seq}>
              <button type="button" aria-current={e.seq === place ? 'true' : undefined} onClick={() => film.goTo(e.seq)}>
                <time className="numbers" dateTime={e.occurred_at}>{clockSeconds(Date.parse(e.occurred_at), scene.zone)}</time>
                <span>{eventWords(e, scene)}</span>
              </button>
            </li>
          ))}
        </ol>
      </details>
    </section>
  )
}
