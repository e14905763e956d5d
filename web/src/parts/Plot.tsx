import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react'
import styles from './Plot.module.css'

/** One place of a plot from left to right. */
export interface Spot {
  /** What it is called: a time or a day. */
  name: string
  /** What there was, in words. */
  words: string
  /** The value that is drawn; null where nothing is known. */
  value: number | null
  /** The range around it, for lines. */
  low?: number
  high?: number
  /** What was there in the stretch before, for bars. */
  before?: number
  /** Somebody put it right. */
  corrected?: boolean
}

interface PlotProps {
  label: string
  kind: 'line' | 'bars'
  spots: readonly Spot[]
  /** Writes a value of the scale at the side. */
  scale: (value: number) => string
  /** What the table behind the picture is headed with. */
  heads: readonly [string, string]
  /** Zero is the least; otherwise the least that was. */
  fromZero?: boolean
}

const height = 100
const far = 10

/** A picture of values in order. Finger, mouse and arrow keys read it out; the same stands in a table. */
export function Plot({ label, kind, spots, scale, heads, fromZero = kind === 'bars' }: PlotProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  const last = spots.length - 1
  const at = chosen === null ? null : Math.min(chosen, last)
  const spot = at === null ? undefined : spots[at]
  const { least, most } = extent(spots, fromZero)
  const y = (value: number) => height - ((value - least) / (most - least)) * height

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setChosen(Math.max(0, Math.min(last, Math.floor(((event.clientX - box.left) / box.width) * spots.length))))
  }
  const press = (event: KeyboardEvent) => {
    const now = at ?? last
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, PageUp: now - far, PageDown: now + far, Home: 0, End: last }[event.key]
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    setChosen(Math.max(0, Math.min(last, to)))
  }
  return (
    <div className={styles.plot}>
      <p className={styles.read} aria-hidden>{spot ? <><strong>{spot.name}</strong> {spot.words}</> : ' '}</p>
      <div className={styles.frame}>
        <div
          className={styles.area} role="slider" tabIndex={0} aria-label={label}
          aria-valuemin={0} aria-valuemax={Math.max(last, 0)} aria-valuenow={at ?? last}
          aria-valuetext={(({ name, words }) => `${name}: ${words}`)(spot ?? spots[last] ?? { name: '', words: 'nothing' })}
          onKeyDown={press} onPointerDown={point} onPointerMove={point} onPointerLeave={() => setChosen(null)} onBlur={() => setChosen(null)}
        >
          <svg className={styles.picture} viewBox={`0 0 ${Math.max(spots.length, 1)} ${height}`} preserveAspectRatio="none" aria-hidden>
            {kind === 'line' ? <Line spots={spots} y={y} /> : <Bars spots={spots} y={y} chosen={at} />}
          </svg>
          {at !== null && kind === 'line' && <span className={styles.hair} style={{ insetInlineStart: `${((at + 0.5) / spots.length) * 100}%` }} aria-hidden />}
        </div>
        <div className={styles.scale} aria-hidden><span>{scale(most)}</span><span>{scale(least)}</span></div>
      </div>
      <div className={styles.ends} aria-hidden><span>{spots[0]?.name}</span><span>{spots[last]?.name}</span></div>
      <Table label={label} heads={heads} spots={spots} />
    </div>
  )
}

/** The least and the most that is drawn, never the same. */
function extent(spots: readonly Spot[], fromZero: boolean): { least: number; most: number } {
  const values = spots.flatMap(({ value, low, high, before }) =>
    value === null ? [] : [value, low ?? value, high ?? value, before ?? value])
  if (fromZero) values.push(0)
  if (values.length === 0) return { least: 0, most: 1 }
  const least = values.reduce((a, b) => Math.min(a, b))
  const most = values.reduce((a, b) => Math.max(a, b))
  return most > least ? { least, most } : { least: fromZero ? 0 : least - 1, most: most + 1 }
}

interface Drawn {
  spots: readonly Spot[]
  y: (value: number) => number
}

function Line({ spots, y }: Drawn) {
  const parts: { x: number; spot: Spot }[][] = [[]]
  spots.forEach((spot, i) => {
    if (spot.value === null) parts.push([])
    else parts.at(-1)?.push({ x: i + 0.5, spot })
  })
  const known = parts.filter((part) => part.length > 0)
  const band = known.map((part) => {
    const up = part.map(({ x, spot }) => `${x} ${y(spot.high ?? spot.value ?? 0)}`)
    const down = part.map(({ x, spot }) => `${x} ${y(spot.low ?? spot.value ?? 0)}`).reverse()
    return `M${[...up, ...down].join('L')}Z`
  })
  // A line of one point is a dot.
  const line = known.map((part) => `M${part.map(({ x, spot }) => `${x} ${y(spot.value ?? 0)}`).join('L')}h0`)
  return (
    <>
      <path className={styles.band} d={band.join('')} />
      <path className={styles.line} d={line.join('')} vectorEffect="non-scaling-stroke" />
    </>
  )
}

function Bars({ spots, y, chosen }: Drawn & { chosen: number | null }) {
  return spots.map((spot, i) => (
    <g key={spot.name + String(i)} data-chosen={i === chosen || undefined} data-corrected={spot.corrected || undefined}>
      {spot.before !== undefined && <rect className={styles.ghost} x={i + 0.06} width={0.88} y={y(spot.before)} height={height - y(spot.before)} />}
      {spot.value !== null && <rect className={styles.bar} x={i + 0.18} width={0.64} y={y(spot.value)} height={height - y(spot.value)} />}
    </g>
  ))
}

/** The most rows of the table: the newest are told. */
const mostRows = 400

function Table({ label, heads, spots }: { label: string; heads: readonly [string, string]; spots: readonly Spot[] }): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.table} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it
        <div className={styles.rows} role="region" tabIndex={0} aria-label={`${label}, as a table`}>
          <table>
            <thead><tr><th scope="col">{heads[0]}</th><th scope="col">{heads[1]}</th></tr></thead>
            <tbody>
              {spots.slice(-mostRows).map((spot, i) => (
                <tr key={spot.name + String(i)}><th scope="row">{spot.name}</th><td>{spot.words}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
