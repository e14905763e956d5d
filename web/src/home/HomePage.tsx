import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useScene } from '../data/Scene'
import { useNow } from '../data/useNow'
import { Banners } from '../frame/Banners'
import { hourOf } from '../words/ages'
import { Concerns } from './Concerns'
import { Glance } from './Glance'
import styles from './Home.module.css'
import { HomeView } from './HomeView'
import { ModeSwitch } from './ModeSwitch'
import { Protect } from './Protect'

function greeting(hour: number): string {
  if (hour < 5) return 'Good night'
  if (hour < 12) return 'Good morning'
  return hour < 18 ? 'Good afternoon' : 'Good evening'
}

/** The home as it is now. */
export function HomePage() {
  const { picture, zone } = useScene()
  const hour = hourOf(useNow(60_000), zone)
  return (
    <>
      <title>{`${picture.home.name} – Logis`}</title>
      <Banners />
      <div className={styles.hello}>
        <h1>{greeting(hour)}</h1>
        {picture.devices.size > 0 && <ModeSwitch />}
        <Glance />
      </div>
      <Concerns />
      <Protect />
      {picture.devices.size > 0 ? <HomeView /> : <Empty />}
    </>
  )
}

function Empty() {
  const { picture } = useScene()
  const home = picture.home.id
  const connected = [...picture.gateways.values()].some((gateway) => gateway.connected)
  return (
    <section className={styles.empty} aria-label="Nothing here yet">
      <h2>{picture.gateways.size === 0 ? 'Bring your home in' : 'Waiting for devices'}</h2>
      <p>
        {picture.gateways.size === 0
          ? 'A gateway is the small computer in your home that talks to lamps, sensors and locks. Add one, and its devices appear here by themselves.'
          : connected
            ? 'Your gateway is connected. As soon as it knows a device, the device appears here.'
            : 'Your gateway has not connected yet. Its devices appear here as soon as it does.'}
      </p>
      <Button
        size="md"
        renderRoot={(props) => <Link to="/homes/$home/gateways" params={{ home }} {...props} />}
      >
        {picture.gateways.size === 0 ? 'Add a gateway' : 'Look at the gateways'}
      </Button>
    </section>
  )
}
