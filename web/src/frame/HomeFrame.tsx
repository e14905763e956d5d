import { Outlet, useParams } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useAsk, useAsks, useForgetAsk } from '../data/asks'
import type { HomePicture } from '../data/picture'
import { type Scene, SceneProvider } from '../data/Scene'
import { useSession } from '../data/session'
import { useFollowing, useLink, usePresent } from '../data/useLiveHome'
import { rememberHome } from '../enter/FirstHome'
import { Announcer } from './Announcer'
import styles from './Frame.module.css'
import { Header } from './Header'
import { TabBar } from './Navigation'
import { Opening, Unopened } from './Opening'
import { useReadiness } from './useReadiness'

/** Everything around the pages of one home, and the home's one live connection. */
export function HomeFrame() {
  const { home } = useParams({ from: '/gate/homes/$home' })
  return <Followed key={home} home={home} />
}

function Followed({ home }: { home: string }) {
  const present = usePresent(home)
  useFollowing(home)
  useEffect(() => {
    if (present.isSuccess) rememberHome(home)
  }, [home, present.isSuccess])
  if (present.data) return <Inside picture={present.data} />
  return present.isError ? <Unopened error={present.error} again={() => void present.refetch()} /> : <Opening />
}

function Inside({ picture }: { picture: HomePicture }) {
  const home = picture.home.id
  const me = useSession().data ?? null
  const link = useLink(home)
  useReadiness(link.kind === 'live')
  const asks = useAsks(home)
  const ask = useAsk(home)
  const forget = useForgetAsk(home)
  const cutOff = link.kind === 'lost' ? new Date(link.since).toISOString() : null
  const scene = useMemo<Scene>(
    () => ({
      home, picture, me, cutOff, asks, past: null, isPast: false, zone: picture.home.time_zone, ask, forget,
    }),
    [home, picture, me, cutOff, asks, ask, forget],
  )
  return (
    <SceneProvider value={scene}>
      <a className={styles.skip} href="#main">Skip to the home</a>
      <Header link={link} />
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <TabBar home={home} />
      <Announcer />
    </SceneProvider>
  )
}
