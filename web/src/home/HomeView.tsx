import { useScene } from '../data/Scene'
import { DeviceTile } from '../tiles/DeviceTile'
import styles from './Home.module.css'
import { type RoomView, roomViews } from './order'
import { summarise } from './summary'

/** The rooms with their tiles: the present home and every past one. */
export function HomeView() {
  const { picture } = useScene()
  const views = roomViews(picture).filter((view) => view.controls.length + view.readings.length > 0)
  return (
    <div className={styles.rooms}>
      {views.map((view) => (
        <RoomSection key={view.room?.id ?? 'none'} view={view} />
      ))}
    </div>
  )
}

function RoomSection({ view }: { view: RoomView }) {
  const { picture } = useScene()
  const { lightsOn, warmth, moisture, motion } = summarise(picture, [...view.controls, ...view.readings])
  const glance = [
    warmth,
    moisture,
    lightsOn > 0 ? `${lightsOn} ${lightsOn === 1 ? 'light' : 'lights'} on` : null,
    motion ? 'motion' : null,
  ].filter((part) => part !== null)
  const name = view.room?.name ?? 'In no room yet'
  return (
    <section className={styles.room} aria-label={name}>
      <header className={styles.roomHead}>
        <h2>{name}</h2>
        {glance.length > 0 && <p className="numbers">{glance.join(' · ')}</p>}
      </header>
      {view.controls.length > 0 && (
        <ul className={styles.controls}>
          {view.controls.map((device) => (
            <li key={device.id}>
              <DeviceTile device={device} />
            </li>
          ))}
        </ul>
      )}
      {view.readings.length > 0 && (
        <ul className={styles.readings}>
          {view.readings.map((device) => (
            <li key={device.id}>
              <DeviceTile device={device} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
