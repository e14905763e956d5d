import type { LiveFrame, News } from '../api/types'

/** Where the live connection stands, and since when (Unix milliseconds). */
export interface LinkState {
  kind: 'connecting' | 'live' | 'lost'
  since: number
}

/** The part of a WebSocket that is needed here. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  close(): void
}

export interface LiveOptions {
  /** Opens a socket that tells everything after seq. */
  connect(after: number): Socket
  /** The last seq this page has. Asked at every connection, so nothing is told twice. */
  after(): number
  onNews(news: News): void
  onNow(now: string): void
  onLink(state: LinkState): void
  /** The session has ended, or the home is not ours any more. */
  onSignedOut(): void
  /** What may be seen has changed: everything has to be read again. */
  onChanged(): void
  /** Several attempts in a row came to nothing: time to ask whether we may. */
  onTrouble(): void
  random?: () => number
}

/** The server sends a pulse every 15 s: after three missed ones the line is dead. */
export const silenceLimit = 46_000
/** The longest wait between two attempts. */
export const longestWait = 30_000
/** After so many attempts without an answer onTrouble is called. */
export const troubleAfter = 3

const closeRestart = 1012
const closeSignedOut = 4401
const closeChanged = 4403

/** Milliseconds to wait before attempt n (0, 1, …): full jitter, so that a thousand pages do not come at once. */
export function waitBefore(attempt: number, code: number, random: () => number): number {
  if (code === closeRestart) return random() * 5000
  return random() * Math.min(longestWait, 500 * 2 ** attempt)
}

/**
 * Keeps a home's live connection open until the returned function is called.
 * It resumes after the last seq, so that every event is heard exactly once.
 */
export function followHome(options: LiveOptions): () => void {
  const random = options.random ?? Math.random
  let socket: Socket | undefined
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const again = (ms: number, next: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(next, ms)
  }

  const hear = (frame: LiveFrame) => {
    attempt = 0
    options.onNow(frame.now)
    if (frame.type === 'welcome') options.onLink({ kind: 'live', since: Date.now() })
    if (frame.type === 'news') options.onNews(frame)
    again(silenceLimit, silent)
  }

  // A dead line may take minutes to close by itself: leave it behind.
  const silent = () => {
    const dead = socket
    lost(0)
    dead?.close()
  }

  const lost = (code: number) => {
    socket = undefined
    clearTimeout(timer)
    if (stopped) return
    if (code === closeSignedOut) {
      options.onSignedOut()
      return
    }
    if (code === closeChanged) options.onChanged()
    if (attempt === 0) options.onLink({ kind: 'lost', since: Date.now() })
    if (attempt === troubleAfter) options.onTrouble()
    again(waitBefore(attempt++, code, random), open)
  }

  function open() {
    if (stopped || socket) return
    const mine = options.connect(options.after())
    socket = mine
    mine.onmessage = (event) => hear(JSON.parse(String(event.data)) as LiveFrame)
    mine.onclose = (event) => {
      if (socket === mine) lost(event.code)
    }
    again(silenceLimit, silent)
  }

  // A phone that wakes up should not sit out the wait.
  const wake = () => {
    if (!socket && document.visibilityState === 'visible') open()
  }
  // Nor should a page that knows it is cut off pretend otherwise until the silence tells.
  const cut = () => {
    if (socket) silent()
  }
  options.onLink({ kind: 'connecting', since: Date.now() })
  window.addEventListener('online', wake)
  window.addEventListener('offline', cut)
  document.addEventListener('visibilitychange', wake)
  open()

  return () => {
    stopped = true
    clearTimeout(timer)
    window.removeEventListener('online', wake)
    window.removeEventListener('offline', cut)
    document.removeEventListener('visibilitychange', wake)
    socket?.close()
  }
}
