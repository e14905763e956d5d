/**
 * The server's clock as seen from here. A message says what time it was when
 * it left; the least delayed of the last few comes closest to the truth.
 */
export interface ServerClock {
  /** Learns from a message's `now`, an RFC 3339 time. */
  hear(now: string): void
  /** The server's time in Unix milliseconds. */
  now(): number
}

/** How many messages are remembered: about two minutes of pulses. */
const remembered = 8

/** Makes a clock that starts out equal to this machine's. */
export function newClock(local: () => number = Date.now): ServerClock {
  let offsets: number[] = []
  return {
    hear(now) {
      const offset = Date.parse(now) - local()
      if (Number.isFinite(offset)) offsets = [...offsets, offset].slice(-remembered)
    },
    now: () => local() + (offsets.length > 0 ? Math.max(...offsets) : 0),
  }
}

/** The one clock of this page. */
export const clock = newClock()
