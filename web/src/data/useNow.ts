import { useSyncExternalStore } from 'react'
import { clock } from './clock'

// One timer for all ages on the page; it stands still while nobody looks.
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let shown = clock.now()

function tick() {
  shown = clock.now()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    shown = clock.now()
    timer = setInterval(tick, 1000)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

/**
 * How long ago an instant was, in steps: the greatest of the limits that has
 * passed, or 0. The component is drawn again only when the next one passes.
 */
export function usePassed(since: number | null, limits: readonly number[]): number {
  return useSyncExternalStore(subscribe, () =>
    since === null ? 0 : limits.reduce((passed, limit) => (shown - since >= limit ? Math.max(passed, limit) : passed), 0),
  )
}

/**
 * The server's time, rounded down to step milliseconds, so that a component
 * whose words change every ten seconds is drawn every ten seconds.
 */
export function useNow(step = 1000): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shown / step) * step)
}
