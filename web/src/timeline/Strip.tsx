import { type KeyboardEvent, type PointerEvent, useMemo } from 'react'
import type { Density } from '../api/types'
import { type Stretch, within } from './position'
import styles from './Strip.module.css'
import { ticks } from './ticks'

interface StripProps {
  stretch: Stretch
  density: Density | undefined
  zone: string
  /** The instant that is shown. */
  at: number
  seq: number
  head: number
  /** What is said of the place: the time and what happened there. */
  words: string
  onTime: (at: number) => void
  onStep: (by: number) => void
  onStart: () => void
  onEnd: () => void
  onToggle: () => void
}

/** Events with shift held: ten at once. */
const stride = 10

/** Bars from 0 to 100 high, one per part of the stretch, as one path. */
function bars(density: Density | undefined): { path: string; parts: number } {
  const counts = density?.buckets.map((bucket) => bucket.count) ?? []
  const most = Math.max(1, ...counts)
  // A logarithm keeps a quiet hour visible beside the first minute, when everything was new.
  const path = counts
    .map((count, i) => (count === 0 ? '' : `M${i + 0.5} 100V${100 - Math.max(8, (96 * Math.log1p(count)) / Math.log1p(most))}`))
    .join('')
  return { path, parts: Math.max(1, counts.length) }
}

/** How much happened when, and the place one looks at: it can be dragged and moved by keys. */
export function Strip(props: StripProps) {
  const { stretch, density, zone, at, seq, head, words } = props
  const { path, parts } = useMemo(() => bars(density), [density])
  const marks = useMemo(() => ticks(stretch, zone, 6), [stretch, zone])
  const share = (t: number) => `${Math.min(100, Math.max(0, ((t - stretch.from) / (stretch.to - stretch.from)) * 100))}%`

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    props.onTime(part >= 0.999 ? Infinity : stretch.from + part * (stretch.to - stretch.from))
  }
  const keys: Record<string, () => void> = {
    ArrowLeft: () => props.onStep(-1),
    ArrowDown: () => props.onStep(-1),
    ArrowRight: () => props.onStep(1),
    ArrowUp: () => props.onStep(1),
    PageDown: () => props.onStep(-stride),
    PageUp: () => props.onStep(stride),
    Home: props.onStart,
    End: props.onEnd,
    ' ': props.onToggle,
  }
  const press = (event: KeyboardEvent) => {
    const key = keys[event.key]
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (event.shiftKey && event.key.startsWith('Arrow')) {
      props.onStep(event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -stride : stride)
    } else key()
  }
  return (
    <div
      className={styles.strip}
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      aria-valuemin={1}
      aria-valuemax={head}
      aria-valuenow={seq}
      aria-valuetext={words}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event)
      }}
    >
      <svg className={styles.bars} viewBox={`0 0 ${parts} 100`} preserveAspectRatio="none" aria-hidden>
        <path d={path} vectorEffect="non-scaling-stroke" />
      </svg>
      <svg
        className={styles.bars}
        data-past
        viewBox={`0 0 ${parts} 100`}
        preserveAspectRatio="none"
        style={{ clipPath: `inset(0 calc(100% - ${share(at)}) 0 0)` }}
        aria-hidden
      >
        <path d={path} vectorEffect="non-scaling-stroke" />
      </svg>
      {within(at, stretch) && <span className={styles.head} style={{ insetInlineStart: share(at) }} aria-hidden />}
      <span className={styles.ticks} aria-hidden>
        {marks.map((mark) => (
          <span key={mark.at} style={{ insetInlineStart: share(mark.at) }}>{mark.words}</span>
        ))}
      </span>
    </div>
  )
}
