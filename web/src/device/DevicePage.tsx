import { IconArrowLeft } from '@tabler/icons-react'
import { Link, useParams } from '@tanstack/react-router'
import type { Device } from '../api/types'
import { useScene } from '../data/Scene'
import { useDeviceView } from '../data/useDeviceView'
import { Banners } from '../frame/Banners'
import { Card } from '../parts/Card'
import { Again } from './Again'
import { ChartCard } from './ChartCard'
import { Commands } from './Commands'
import { Controls, hasControls } from './Controls'
import styles from './Device.module.css'
import { Fold } from './Fold'
import { Hero } from './Hero'
import { History } from './History'
import { Said } from './Said'
import { WhyCard } from './WhyCard'

/** Everything about one device: how it is, what it can do, what it was asked for, what happened. */
export function DevicePage() {
  const { device: id } = useParams({ from: '/gate/homes/$home/devices/$device' })
  const { picture } = useScene()
  const device = picture.devices.get(id)
  return (
    <>
      <Banners gateway={device?.gateway} />
      <Link className={styles.back} to="/homes/$home" params={{ home: picture.home.id }}>
        <IconArrowLeft size={18} aria-hidden /> Home
      </Link>
      {device ? <Known key={id} device={device} /> : <Gone />}
    </>
  )
}

function Gone() {
  return (
    <div className={styles.gone}>
      <h1>This device is not here any more</h1>
      <p>It was removed from the home. What it did is still in the timeline.</p>
    </div>
  )
}

function Known({ device }: { device: Device }) {
  const view = useDeviceView(device)
  const { picture } = useScene()
  return (
    <>
      <title>{`${device.name} – ${picture.home.name}`}</title>
      <Hero view={view} />
      <Again view={view} />
      <div className={styles.columns}>
        <div className={styles.column}>
          {hasControls(view) && (
            <Card title="Control">
              <Controls view={view} />
            </Card>
          )}
          {picture.home.role !== 'child' && <ChartCard device={device} />}
          <WhyCard view={view} />
          <Said view={view} />
          <Fold device={device} />
        </div>
        <div className={styles.column}>
          {hasControls(view) && <Commands device={device} />}
          <History device={device} />
        </div>
      </div>
    </>
  )
}
