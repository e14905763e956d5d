import type { Density } from '../api/types'
import { partOf, type Stretch } from './position'

/** How wide the drawings of the strip are, in their own units. */
export const wide = 1000

/** The most lanes that are shown: what a screen has room for. The rest share one. */
export const mostLanes = 10

/** Where the parts of a density lie in a stretch, which may be another one than it was counted for. */
function places(density: Density, { from, to }: Stretch) {
  const part = partOf(density)
  const scale = wide / (to - from)
  return { width: part * scale, at: (i: number) => (Date.parse(density.from) + i * part - from) * scale }
}

/** Bars from 0 to 100 high, one for each part of the density, as one path. */
export function bars(density: Density | undefined, stretch: Stretch): string {
  if (!density) return ''
  const { at, width } = places(density, stretch)
  const most = Math.max(1, ...density.buckets.map(({ count }) => count))
  // A logarithm keeps a quiet hour visible beside the first minute, when everything was new.
  return density.buckets
    .map(({ count }, i) => {
      const x = at(i) + width / 2
      return count === 0 || x < 0 || x > wide ? '' : `M${x.toFixed(1)} 100V${(100 - Math.max(8, (96 * Math.log1p(count)) / Math.log1p(most))).toFixed(1)}`
    })
    .join('')
}

/** One room of the strip. */
export interface LaneView {
  key: string
  name: string
  /** Where a little, some, much and very much happened: cells as one path each. */
  levels: string[]
}

const levels = 4

/** The rooms of a density, the busiest first, each drawn by how much happened when. */
export function lanes(density: Density | undefined, stretch: Stretch): LaneView[] {
  if (!density) return []
  const sum = (counts: readonly number[]) => counts.reduce((all, n) => all + n, 0)
  const all = density.lanes
    .map(({ room, name, counts }) => ({ key: room ?? 'home', name: name ?? 'The home itself', counts }))
    .sort((a, b) => sum(b.counts) - sum(a.counts))
  const rest = all.slice(mostLanes - 1)
  const shown = rest.length < 2 ? all : [
    ...all.slice(0, mostLanes - 1),
    { key: 'rest', name: `${rest.length} more`, counts: rest.reduce((total, lane) => total.map((n, i) => n + (lane.counts[i] ?? 0)), Array<number>(density.buckets.length).fill(0)) },
  ]
  const most = Math.max(1, ...shown.flatMap(({ counts }) => counts))
  return shown.map(({ key, name, counts }) => ({ key, name, levels: cells(density, stretch, counts, most) }))
}

function cells(density: Density, stretch: Stretch, counts: readonly number[], most: number): string[] {
  const { at, width } = places(density, stretch)
  const drawn = Array<string>(levels).fill('')
  for (const [i, count] of counts.entries()) {
    const from = Math.max(0, at(i))
    const to = Math.min(wide, at(i) + width)
    if (count === 0 || from >= to) continue
    const level = Math.min(levels - 1, Math.ceil((levels * Math.log1p(count)) / Math.log1p(most)) - 1)
    drawn[level] = `${drawn[level] ?? ''}M${from.toFixed(1)} 0h${(to - from).toFixed(1)}v10h-${(to - from).toFixed(1)}z`
  }
  return drawn
}
