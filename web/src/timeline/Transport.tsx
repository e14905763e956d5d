import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import {
  IconArrowsDiff, IconChevronLeft, IconChevronRight, IconFlag, IconLayoutRows, IconMinus, IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerSkipBack,
  IconPlayerSkipForward, IconPlus,
} from '@tabler/icons-react'
import { spanWords } from '../words/past'
import { JumpTo } from './JumpTo'
import { spans } from './position'
import type { Comparing } from './useComparing'
import type { Player } from './usePlayer'
import { speeds } from './usePlayer'
import styles from './Timeline.module.css'
import type { Window } from './useStretch'

interface TransportProps {
  player: Player
  window: Window
  /** The instant that is shown, and when the home began. */
  at: number
  since: number
  zone: string
  /** Whether each room has a lane. */
  rooms: boolean
  onRooms: (rooms: boolean) => void
  comparing: Comparing
  /** Begins to mark a part of the past; null for who may not, and while one is marked. */
  onMark: (() => void) | null
}

/** What the buttons of the strip zoom and move. */
const zoomStep = 3
const panStep = 0.5

/** Play, step, how fast, and how much of the past is seen. */
export function Transport({ player, window, at, since, zone, rooms, onRooms, comparing, onMark }: TransportProps) {
  return (
    <div className={styles.transport}>
      <div className={styles.buttons} role="group" aria-label="Play">
        <ActionIcon variant="subtle" size={42} radius="xl" aria-label="One event back" onClick={() => player.step(-1)}>
          <IconPlayerSkipBack size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon size={48} radius="xl" aria-label={player.playing ? 'Pause' : 'Play'} onClick={player.toggle}>
          {player.playing ? <IconPlayerPauseFilled size={22} aria-hidden /> : <IconPlayerPlayFilled size={22} aria-hidden />}
        </ActionIcon>
        <ActionIcon variant="subtle" size={42} radius="xl" aria-label="One event on" disabled={!player.position} onClick={() => player.step(1)}>
          <IconPlayerSkipForward size={20} aria-hidden />
        </ActionIcon>
        <NativeSelect
          aria-label="Speed"
          className={styles.speed}
          value={String(player.speed)}
          data={speeds.map(({ value, label }) => ({ value: String(value), label }))}
          onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}
        />
      </div>
      <div className={`${styles.buttons} ${styles.stretchOf}`} role="group" aria-label="Stretch of time">
        <Step label="Earlier" Icon={IconChevronLeft} onClick={window.earlier && (() => window.pan(-panStep))} />
        <Step label="Show more of the past" Icon={IconMinus} onClick={window.span === Infinity ? null : () => window.zoom(zoomStep)} />
        <NativeSelect
          aria-label="How much of the past"
          className={styles.span}
          value={String(window.span)}
          data={lengths(window.span)}
          onChange={(event) => window.setSpan(Number(event.currentTarget.value))}
        />
        <Step label="Show it closer" Icon={IconPlus} onClick={window.span <= spans[0].ms ? null : () => window.zoom(1 / zoomStep)} />
        <Step label="Later" Icon={IconChevronRight} onClick={window.later && (() => window.pan(panStep))} />
        <ActionIcon variant={rooms ? 'light' : 'subtle'} size={40} radius="xl" aria-label="Rooms in the strip" aria-expanded={rooms} onClick={() => onRooms(!rooms)}>
          <IconLayoutRows size={20} aria-hidden />
        </ActionIcon>
      </div>
      <div className={`${styles.buttons} ${styles.tools}`}>
        <JumpTo at={at} since={since} zone={zone} onJump={(time) => player.goToTime(time, 1)} />
        {comparing.pinned === null && (
          <Button className={styles.tool} variant="default" radius="xl" aria-label="Compare with another moment" leftSection={<IconArrowsDiff size={18} aria-hidden />} onClick={comparing.begin}>
            <span className={styles.word}>Compare</span>
          </Button>
        )}
        {onMark && (
          <Button className={styles.tool} variant="default" radius="xl" aria-label="Mark a part of the past" leftSection={<IconFlag size={18} aria-hidden />} onClick={onMark}>
            <span className={styles.word}>Mark</span>
          </Button>
        )}
      </div>
    </div>
  )
}

function Step({ label, Icon, onClick }: { label: string; Icon: typeof IconPlus; onClick: (() => void) | null }) {
  return (
    <ActionIcon variant="subtle" size={40} radius="xl" aria-label={label} disabled={!onClick} onClick={() => onClick?.()}>
      <Icon size={20} aria-hidden />
    </ActionIcon>
  )
}

/** The lengths that have a name, and the one that is shown when it has none. */
function lengths(span: number) {
  const named = spans.map(({ label, ms }) => ({ label, ms }))
  const all = named.some(({ ms }) => ms === span) ? named : [...named, { label: spanWords(span), ms: span }].sort((a, b) => a.ms - b.ms)
  return all.map(({ label, ms }) => ({ label, value: String(ms) }))
}
