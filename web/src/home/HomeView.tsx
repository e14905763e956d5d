import { useMediaQuery } from '@mantine/hooks'
import { memo, useMemo } from 'react'
import type { Command, Device } from '../api/types'
import { useScene } from '../data/Scene'
import { newestCommands } from '../data/truth'
import { partsOf } from '../data/useDeviceView'
import { DeviceTile, isReading } from '../tiles/DeviceTile'
import styles from './Home.module.css'
import { byReach, inColumns, type RoomView, roomViews } from './order'
import { summarise } from './summary'

/** The rooms with their tiles: the present home and every past one. */
export const HomeView = memo(function HomeView() {
  const { picture } = useScene()
  const wide = useMediaQuery('(min-width: 780px)', false, { getInitialValueInEffect: false })
  const columns = useMemo(() => {
    const views = roomViews(picture).filter((view) => view.controls.length + view.readings.length > 0).sort(byReach)
    return inColumns(views, wide ? 2 : 1)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- nothing else of the picture is read
  }, [picture.devices, picture.rooms, wide])
  const commands = useMemo(() => newestCommands(picture.commands.values()), [picture.commands])
  return (
    <div className={styles.rooms}>
      {columns.map((views, i) => (
        <div key={i} className={styles.column}>
          {views.map((view) => (
            <RoomSection key={view.room?.id ?? 'none'} view={view} commands={commands} />
          ))}
        </div>
      ))}
    </div>
  )
})

function RoomSection({ view, commands }: { view: RoomView; commands: ReadonlyMap<string, Command> }) {
  const scene = useScene()
  const { picture } = scene
  const tileOf = (device: Device) => (
    <li key={device.id} data-reading={isReading(device) || undefined}>
      <DeviceTile {...partsOf(scene, device, commands.get(device.id))} />
    </li>
  )
  const { lightsOn, warmth, moisture, motion } = summarise(picture, [...view.controls, ...view.readings], scene.cutOff === null)
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
      <ul className={styles.tiles}>{[...view.controls, ...view.readings].map(tileOf)}</ul>
    </section>
  )
}
