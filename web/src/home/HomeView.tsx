import { memo, useMemo } from 'react'
import type { Command, Device } from '../api/types'
import { useScene } from '../data/Scene'
import { newestCommands } from '../data/truth'
import { partsOf } from '../data/useDeviceView'
import { DeviceTile } from '../tiles/DeviceTile'
import styles from './Home.module.css'
import { type RoomView, roomViews } from './order'
import { summarise } from './summary'

/** The rooms with their tiles: the present home and every past one. */
export const HomeView = memo(function HomeView() {
  const { picture } = useScene()
  const views = useMemo(() => roomViews(picture), [picture.devices, picture.rooms]) // eslint-disable-line react-hooks/exhaustive-deps -- nothing else is read
  const commands = useMemo(() => newestCommands(picture.commands.values()), [picture.commands])
  return (
    <div className={styles.rooms}>
      {views
        .filter((view) => view.controls.length + view.readings.length > 0)
        .map((view) => (
          <RoomSection key={view.room?.id ?? 'none'} view={view} commands={commands} />
        ))}
    </div>
  )
})

function RoomSection({ view, commands }: { view: RoomView; commands: ReadonlyMap<string, Command> }) {
  const scene = useScene()
  const { picture } = scene
  const tileOf = (device: Device) => (
    <li key={device.id}>
      <DeviceTile {...partsOf(scene, device, commands.get(device.id))} />
    </li>
  )
  const { lightsOn, warmth, moisture, motion } = summarise(picture, [...view.controls, ...view.readings])
  const glance = [
    warmth,
    moisture,
    lightsOn > 0 ? `${lightsOn} ${lightsOn === 1 ? 'light' : 'lights'} on` : null,
    motion ? 'motion' : null,
  ].filter((part) => part !== null)
  return (
    <section className={styles.room} aria-label={view.title}>
      <header className={styles.roomHead}>
        <h2>{view.title}</h2>
        {glance.length > 0 && <p className="numbers">{glance.join(' · ')}</p>}
      </header>
      {view.controls.length > 0 && (
        <ul className={styles.controls}>{view.controls.map(tileOf)}</ul>
      )}
      {view.readings.length > 0 && (
        <ul className={styles.readings}>{view.readings.map(tileOf)}</ul>
      )}
    </section>
  )
}
