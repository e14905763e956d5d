import { Button, SegmentedControl } from '@mantine/core'
import { useDebouncedValue, useElementSize, useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react'
import { useRecent } from '../data/history'
import { useDensity, useKnownSince } from '../data/past'
import type { HomePicture } from '../data/picture'
import { useProof } from '../data/proof'
import { type Scene, SceneProvider, useScene } from '../data/Scene'
import { useNow } from '../data/useNow'
import { Banners } from '../frame/Banners'
import { HomeView } from '../home/HomeView'
import { clockSeconds, dayWords } from '../words/ages'
import { eventWords } from '../words/events'
import { proofWords } from '../words/proof'
import { ClockSwitch } from './ClockSwitch'
import { Differences } from './Differences'
import { WayBack } from '../wayback/WayBack'
import { EventList } from './EventList'
import { guessSeq } from './position'
import { Strip } from './Strip'
import styles from './Timeline.module.css'
import { Transport } from './Transport'
import { useClocks } from './useClocks'
import { type Comparing, useComparing } from './useComparing'
import { type Player, usePlayer } from './usePlayer'
import { buckets, useStretch } from './useStretch'

/** The whole home at any instant. */
export function TimelinePage() {
  const { picture } = useScene()
  return <Timeline key={picture.home.id} />
}

function Timeline() {
  const live = useScene()
  const home = live.picture.home.id
  const { seq: linked, at: linkedAt } = useSearch({ from: '/gate/homes/$home/timeline' })
  const player = usePlayer(home, live.picture.seq, linked ?? null, linkedAt ?? null)
  const recent = useRecent(home, player.position === null && !player.loading)
  const clocks = useClocks(usePastScene(live, player), player)
  const { scene } = clocks
  const [side, setSide] = useState('home')
  const comparing = useComparing(live.picture.seq, player, () => setSide('home')) // where what differs stands
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
          <Travel scene={scene} player={player} comparing={comparing} />
          {past && <ClockSwitch {...clocks} />}
        </section>
        <Banners />
        {seq !== null && !player.playing && <WayBack seq={seq} />}
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
      void navigate({ search: seq === null ? {} : { seq }, replace: true, resetScroll: false })
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
  const past = useMemo<Scene | null>(() => {
    if (!shown) return null
    const nothing = () => undefined
    return { home, me, zone, picture: shown.picture, past: shown.at, isPast: true, cutOff: null, asks: {}, ask: nothing, forget: nothing }
  }, [home, me, zone, shown])
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

function Travel({ scene, player, comparing }: { scene: Scene; player: Player; comparing: Comparing }) {
  const live = useScene()
  const now = useNow(1000)
  const roomy = useMediaQuery('(min-width: 780px)', true)
  const [rooms, setRooms] = useState<boolean | null>(null)
  const home = scene.picture.home.id
  const since = Math.max(Date.parse(scene.picture.home.since), useKnownSince(home) ?? 0)
  const at = player.position?.at ?? null
  const window = useStretch(at, since)
  const [counted] = useDebouncedValue(window.stretch, countAfter)
  const density = useDensity(home, new Date(counted.from).toISOString(), new Date(counted.to).toISOString(), buckets).data
  const event = player.events.find((e) => e.seq === player.position?.seq)
  const words = at === null
    ? 'Now'
    : `${clockSeconds(at, scene.zone)}, ${dayWords(at, scene.zone)}${event ? `. ${eventWords(event, live)}` : ''}`
  const head = scene.past === null ? scene.picture.seq : Math.max(scene.picture.seq, player.position?.seq ?? 0)
  const lanes = rooms ?? roomy
  return (
    <>
      <Strip
        window={window}
        density={density}
        rooms={lanes}
        zone={scene.zone}
        at={at ?? now}
        pinned={comparing.pinned === null ? null : Date.parse(comparing.pinned)}
        seq={player.position?.seq ?? head}
        head={head}
        words={words}
        onTime={(time) => player.goToTime(time, density ? guessSeq(density, time) : (player.position?.seq ?? head))}
        onStep={player.step}
        onStart={() => player.goTo(1)}
        onEnd={player.goLive}
        onToggle={player.toggle}
      />
      <Transport player={player} window={window} at={at ?? now} since={since} zone={scene.zone} rooms={lanes} onRooms={setRooms} comparing={comparing} />
    </>
  )
}

/** While the strip is zoomed or moved, what happened is counted anew only after so many milliseconds of rest. */
const countAfter = 120
