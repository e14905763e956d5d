import { ActionIcon, NativeSelect, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import {
  IconChevronLeft, IconChevronRight, IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerSkipBack, IconPlayerSkipForward,
} from '@tabler/icons-react'
import { spans } from './position'
import type { Player } from './usePlayer'
import { speeds } from './usePlayer'
import styles from './Timeline.module.css'

interface TransportProps {
  player: Player
  span: number
  onSpan: (ms: number) => void
  /** Moves the strip by one stretch; null when there is nothing there. */
  onEarlier: (() => void) | null
  onLater: (() => void) | null
}

/** Play, step, how fast, and how much of the past is seen. */
export function Transport({ player, span, onSpan, onEarlier, onLater }: TransportProps) {
  const wide = useMediaQuery('(min-width: 780px)')
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
      {wide ? (
        <div className={styles.buttons} role="group" aria-label="Stretch of time">
          <ActionIcon variant="subtle" size={40} radius="xl" aria-label="Earlier stretch" disabled={!onEarlier} onClick={() => onEarlier?.()}>
            <IconChevronLeft size={20} aria-hidden />
          </ActionIcon>
          <SegmentedControl
            aria-label="How much of the past"
            value={String(span)}
            data={lengths}
            onChange={(value) => onSpan(Number(value))}
          />
          <ActionIcon variant="subtle" size={40} radius="xl" aria-label="Later stretch" disabled={!onLater} onClick={() => onLater?.()}>
            <IconChevronRight size={20} aria-hidden />
          </ActionIcon>
        </div>
      ) : (
        <NativeSelect
          aria-label="How much of the past"
          className={styles.span}
          value={String(span)}
          data={lengths}
          onChange={(event) => onSpan(Number(event.currentTarget.value))}
        />
      )}
    </div>
  )
}

const lengths = spans.map(({ label, ms }) => ({ label, value: String(ms) }))
