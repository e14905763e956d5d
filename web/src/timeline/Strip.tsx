import { type KeyboardEvent, useMemo, useRef } from 'react'
import type { Density } from '../api/types'
import { bars, lanes, wide } from './marks'
import { type Stretch, within } from './position'
import styles from './Strip.module.css'
import { ticks } from './ticks'
import { useFingers } from './useFingers'
import type { Window } from './useStretch'

interface StripProps {
  window: Pick<Window, 'stretch' | 'zoom' | 'pan'>
  density: Density | undefined
  /** Whether each room is shown, too. */
  rooms: boolean
  zone: string
  /** The instant that is shown. */
  at: number
  /** The instant it is compared with; null without one. */
  pinned: number | null
  /** The part that is marked; null without one. */
  slice: Stretch | null
  seq: number
  head: number
  /** What is said of the place: the time and what happened there. */
  words: string
  onTime: (at: number) => void
  onStep: (by: number) => void
  onStart: () => void
  onEnd: () => void
  onToggle: () => void
  /** Begins and ends a part of the past here. */
  onBegin: () => void
  onFinish: () => void
}

/** Events with shift held: ten at once. */
const stride = 10
/** What a key zooms, and by how much of the stretch a key moves it. */
const keyZoom = 2
const keyPan = 0.25

/** How much happened when, in the home and in each room, and the place one looks at: it can be dragged, zoomed and moved by keys. */
export function Strip(props: StripProps) {
  const { window, density, zone, at, seq, head, words } = props
  const { stretch } = window
  const box = useRef<HTMLDivElement>(null)
  const path = useMemo(() => bars(density, stretch), [density, stretch])
  const rows = useMemo(() => (props.rooms ? lanes(density, stretch) : []), [props.rooms, density, stretch])
  const marks = useMemo(() => ticks(stretch, zone, 6), [stretch, zone])
  const share = (t: number) => `${Math.min(100, Math.max(0, ((t - stretch.from) / (stretch.to - stretch.from)) * 100))}%`
  const instant = (part: number) => stretch.from + part * (stretch.to - stretch.from)
  const fingers = useFingers(box, {
    onPoint: (part) => props.onTime(part >= 0.999 ? Infinity : instant(part)),
    onZoom: (factor, part) => window.zoom(factor, instant(part)),
    onPan: window.pan,
  })
  return (
    <div
      ref={box}
      className={styles.strip}
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      aria-orientation="horizontal"
      aria-valuemin={1}
      aria-valuemax={head}
      aria-valuenow={seq}
      aria-valuetext={words}
      aria-keyshortcuts="ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight Home End Space + - [ ] I O"
      onKeyDown={(event) => press(event, props)}
      {...fingers}
    >
      <div className={styles.chart}>
        <Bars path={path} />
        <Bars path={path} past style={{ clipPath: `inset(0 calc(100% - ${share(at)}) 0 0)` }} />
      </div>
      {rows.map((lane) => (
        <div key={lane.key} className={styles.lane} aria-hidden>
          <svg viewBox={`0 0 ${wide} 10`} preserveAspectRatio="none">
            {lane.levels.map((cells, level) => cells && <path key={level} d={cells} data-level={level} />)}
          </svg>
          <span>{lane.name}</span>
        </div>
      ))}
      {props.slice && (
        <span className={styles.slice} style={{ insetInlineStart: share(props.slice.from), insetInlineEnd: `calc(100% - ${share(props.slice.to)})` }} aria-hidden />
      )}
      {props.pinned !== null && within(props.pinned, stretch) && <span className={styles.pin} style={{ insetInlineStart: share(props.pinned) }} aria-hidden />}
      {within(at, stretch) && <span className={styles.head} style={{ insetInlineStart: share(at) }} aria-hidden />}
      <span className={styles.ticks} aria-hidden>
        {marks.map((mark) => (
          <span key={mark.at} style={{ insetInlineStart: share(mark.at) }}>{mark.words}</span>
        ))}
      </span>
    </div>
  )
}

function Bars({ path, past, style }: { path: string; past?: boolean; style?: { clipPath: string } }) {
  return (
    <svg className={styles.bars} data-past={past} style={style} viewBox={`0 0 ${wide} 100`} preserveAspectRatio="none" aria-hidden>
      <path d={path} vectorEffect="non-scaling-stroke" />
    </svg>
  )
}

/** What the keys do: event by event, ten at once with Shift, the first event, now, play; plus and minus zoom, brackets move; I and O mark a part. */
function press(event: KeyboardEvent, { onStep, onStart, onEnd, onToggle, onBegin, onFinish, window }: StripProps) {
  const by = event.shiftKey ? stride : 1
  const keys: Record<string, () => void> = {
    ArrowLeft: () => onStep(-by),
    ArrowDown: () => onStep(-by),
    ArrowRight: () => onStep(by),
    ArrowUp: () => onStep(by),
    PageDown: () => onStep(-stride),
    PageUp: () => onStep(stride),
    Home: onStart,
    End: onEnd,
    ' ': onToggle,
    '+': () => window.zoom(1 / keyZoom),
    '=': () => window.zoom(1 / keyZoom),
    '-': () => window.zoom(keyZoom),
    '[': () => window.pan(-keyPan),
    ']': () => window.pan(keyPan),
    i: onBegin,
    o: onFinish,
  }
  const key = keys[event.key]
  if (!key || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  key()
}

