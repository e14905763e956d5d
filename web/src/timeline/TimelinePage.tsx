import { Button, SegmentedControl } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react'
import { useRecent } from '../data/history'
import type { HomePicture } from '../data/picture'
import { useProof } from '../data/proof'
import { type Scene, SceneProvider, useScene } from '../data/Scene'
import { Banners } from '../frame/Banners'
import { HomeView } from '../home/HomeView'
import { clockSeconds, dayWords } from '../words/ages'
import { proofWords } from '../words/proof'
import { ClockSwitch } from './ClockSwitch'
import { Differences } from './Differences'
import { WayBack } from '../wayback/WayBack'
import { EventList } from './EventList'
import { IncidentBar, useOpened } from './IncidentBar'
import { MarkCard } from './MarkCard'
import styles from './Timeline.module.css'
import { Travel } from './Travel'
import { useClocks } from './useClocks'
import { useComparing } from './useComparing'
import { useMarking } from './useMarking'
import { type Player, usePlayer } from './usePlayer'

/** The whole home at any instant. */
export function TimelinePage() {
  const { picture } = useScene()
  return <Timeline key={picture.home.id} />
}

function Timeline() {
  const live = useScene()
  const home = live.picture.home.id
  const { seq: linked, at: linkedAt, incident } = useSearch({ from: '/gate/homes/$home/timeline' })
  const navigate = useNavigate({ from: '/homes/$home/timeline' })
  const player = usePlayer(home, live.picture.seq, linked ?? null, linkedAt ?? null)
  const recent = useRecent(home, player.position === null && !player.loading)
  const clocks = useClocks(usePastScene(live, player), player)
  const { scene } = clocks
  const [side, setSide] = useState('home')
  const comparing = useComparing(live.picture.seq, player, () => setSide('home')) // where what differs stands
  const marking = useMarking(live.picture.seq, player)
  const opened = useOpened(home, incident)
  const { ref, height } = useElementSize()
  const past = scene.past !== null
  const seq = past ? (player.position?.seq ?? null) : null
  const events = past ? (player.events.length > 0 ? player.events : undefined) : recent.data
  useAddress(seq, linked ?? null, player)
  return (
    <>
      <title>{`Timeline – ${live.picture.home.name}`}</title>
      <SceneProvider value={scene}>
        <section ref={ref} className={styles.player} data-past={past || undefined} aria-label="Travel in time">
          <Moment scene={scene} player={player} />
          <Travel scene={scene} player={player} comparing={comparing} marking={marking} part={opened?.stretch ?? null} />
          {past && <ClockSwitch {...clocks} />}
        </section>
        <Banners />
        <div className={styles.parts}>
          <MarkCard marking={marking} onPick={player.goTo} />
          {opened && <IncidentBar opened={opened} onPick={player.goTo} onClose={() => void navigate({ search: ({ seq: at }) => (at ? { seq: at } : {}), resetScroll: false })} />}
        </div>
        {seq !== null && !player.playing && !marking.slice && !opened && <WayBack seq={seq} />}
        <SegmentedControl
          className={styles.sides}
          fullWidth
          aria-label="Show"
          value={side}
          onChange={setSide}
          data={[{ value: 'home', label: 'The home' }, { value: 'events', label: 'What happened' }]}
        />
        <div className={styles.columns} data-side={side} style={{ '--player': `${Math.ceil(height)}px` } as CSSProperties}>
          <div className={styles.homeSide}>
            {comparing.pinned && <Differences pinned={comparing.pinned} here={comparing.here} clock={clocks.clock} onEnd={comparing.end} />}
            <HomeView />
          </div>
          <aside className={styles.eventSide} aria-label="What happened">
            <EventList events={events} failed={past ? player.failed : recent.isError} seq={seq} onPick={player.goTo} />
          </aside>
        </div>
      </SceneProvider>
    </>
  )
}

/** The address follows when somebody stays at an event for so long, in milliseconds. */
const stay = 400

/** Keeps the address naming the event, so that the page can be shared, reloaded and linked to. */
function useAddress(seq: number | null, linked: number | null, { playing, loading, goTo }: Player) {
  const navigate = useNavigate({ from: '/homes/$home/timeline' })
  const written = useRef(linked)
  useEffect(() => {
    if (playing || loading || seq === written.current) return
    const timer = setTimeout(() => {
      written.current = seq
      void navigate({ search: ({ incident }) => ({ ...(seq !== null && { seq }), ...(incident && { incident }) }), replace: true, resetScroll: false })
    }, stay)
    return () => clearTimeout(timer)
  }, [seq, playing, loading, navigate])
  useEffect(() => {
    if (linked === written.current) return
    written.current = linked
    if (linked !== null) goTo(linked) // somebody followed a link or went back
  }, [linked, goTo])
}

/** The live scene, or the same with the picture of then; the last one stays while the next is loaded. */
function usePastScene(live: Scene, { position, picture, loading }: Player): Scene {
  const [shown, show] = useState<{ picture: HomePicture; at: number } | null>(null)
  const at = position && Math.floor(position.at / 1000) * 1000
  const then = picture && at !== null ? { picture, at } : loading || position ? shown : null
  if (then?.picture !== shown?.picture || then?.at !== shown?.at) show(then)
  const { home, me, zone } = live // what happens now changes nothing about then
  const { role } = live.picture.home // what somebody may do there is of now: then they may not have been here yet
  const past = useMemo<Scene | null>(() => {
    if (!shown) return null
    const nothing = () => undefined
    const picture = { ...shown.picture, home: { ...shown.picture.home, role } }
    return { home, me, zone, picture, past: shown.at, isPast: true, cutOff: null, asks: {}, ask: nothing, forget: nothing }
  }, [home, me, zone, role, shown])
  return past ?? live
}

function Moment({ scene, player }: { scene: Scene; player: Player }) {
  const proof = useProof(scene.picture.home.id).data
  const { past, zone, picture } = scene
  if (past === null) {
    return (
      <div className={styles.moment}>
        <h1>Now</h1>
        <p>Drag the strip to look back. {picture.seq.toLocaleString('en')} events are remembered.</p>
        <p role={proof?.signed?.sound === false ? 'alert' : undefined}>
          {proof && <>{proofWords(proof, zone)} </>}
          <Link to="/homes/$home/proof" params={{ home: picture.home.id }}>Check or download it</Link>
          {' · '}
          <Link to="/homes/$home/incidents" params={{ home: picture.home.id }}>Incidents</Link>
        </p>
      </div>
    )
  }
  return (
    <div className={styles.moment}>
      <h1>
        <span className={styles.lookingAt}>You are looking at </span>
        <time className="numbers" dateTime={new Date(past).toISOString()}>{clockSeconds(player.position?.at ?? past, zone)}</time>
        <span className={styles.comma}>, </span>
        <span className={styles.dayWords}>{dayWords(past, zone)}</span>
      </h1>
      <Button className={styles.back} radius="xl" onClick={player.goLive}>Back to now</Button>
      {player.failed && <p role="alert">This part of the past could not be read.</p>}
    </div>
  )
}
