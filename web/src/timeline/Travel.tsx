import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { useDensity, useKnownSince } from '../data/past'
import { arranges } from '../data/roles'
import { type Scene, useScene } from '../data/Scene'
import { useNow } from '../data/useNow'
import { clockSeconds, dayWords } from '../words/ages'
import { eventWords } from '../words/events'
import { guessSeq, type Stretch } from './position'
import { Strip } from './Strip'
import { Transport } from './Transport'
import type { Comparing } from './useComparing'
import type { Marking } from './useMarking'
import type { Player } from './usePlayer'
import { buckets, useStretch } from './useStretch'

interface TravelProps {
  scene: Scene
  player: Player
  comparing: Comparing
  marking: Marking
  /** The part that is opened. */
  part: Stretch | null
}

/** The strip of the past and what moves along it. */
export function Travel({ scene, player, comparing, marking, part }: TravelProps) {
  const live = useScene()
  const now = useNow(1000)
  const roomy = useMediaQuery('(min-width: 780px)', true)
  const [rooms, setRooms] = useState<boolean | null>(null)
  const home = scene.picture.home.id
  const since = Math.max(Date.parse(scene.picture.home.since), useKnownSince(home) ?? 0)
  const at = player.position?.at ?? null
  const window = useStretch(at, since, part)
  const [counted] = useDebouncedValue(window.stretch, countAfter)
  const density = useDensity(home, new Date(counted.from).toISOString(), new Date(counted.to).toISOString(), buckets).data
  const event = player.events.find((e) => e.seq === player.position?.seq)
  const words = at === null
    ? 'Now'
    : `${clockSeconds(at, scene.zone)}, ${dayWords(at, scene.zone)}${event ? `. ${eventWords(event, live)}` : ''}`
  const head = scene.past === null ? scene.picture.seq : Math.max(scene.picture.seq, player.position?.seq ?? 0)
  const lanes = rooms ?? roomy
  const may = arranges(live.picture.home.role)
  const slice = marking.slice ? { from: marking.slice.first.at, to: marking.slice.last.at } : part
  return (
    <>
      <Strip
        window={window}
        density={density}
        rooms={lanes}
        zone={scene.zone}
        at={at ?? now}
        pinned={comparing.pinned === null ? null : Date.parse(comparing.pinned)}
        slice={slice}
        seq={player.position?.seq ?? head}
        head={head}
        words={words}
        onTime={(time) => player.goToTime(time, density ? guessSeq(density, time) : (player.position?.seq ?? head))}
        onStep={player.step}
        onStart={() => player.goTo(1)}
        onEnd={player.goLive}
        onToggle={player.toggle}
        onBegin={() => { if (may) marking.begin() }}
        onFinish={() => { if (may) marking.finish() }}
      />
      <Transport player={player} window={window} at={at ?? now} since={since} zone={scene.zone} rooms={lanes} onRooms={setRooms} comparing={comparing} onMark={may && !marking.slice ? marking.begin : null} />
    </>
  )
}

/** While the strip is zoomed or moved, what happened is counted anew only after so many milliseconds of rest. */
const countAfter = 120
