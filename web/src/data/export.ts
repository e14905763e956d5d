import { useCallback, useEffect, useRef, useState } from 'react'
import { api, must, Refusal } from '../api/client'

/** Which part of the history is wanted (RFC 3339); null: from the beginning, or to the newest event. */
export interface Span {
  from: string | null
  to: string | null
}

/** How far an export has come. */
export interface Progress {
  state: 'idle' | 'running' | 'cut' | 'refused' | 'done'
  /** The last event that is here, the first and the last of the file. */
  last: number
  first: number
  end: number
  bytes: number
  /** Why it stopped, in words. */
  words: string
}

const nothing: Progress = { state: 'idle', last: 0, first: 0, end: 0, bytes: 0, words: '' }

/** How long is waited before a part is asked for again, in milliseconds; after the last one a person is asked. */
const pauses = [500, 2000, 5000]

/** One part as it came. */
interface Part {
  text: Blob
  first: number
  last: number
  end: number
  next: string | null
}

async function load(home: string, query: { cursor: string } | { from?: string; to?: string }): Promise<Part> {
  const call = api.GET('/homes/{home}/export', { params: { path: { home }, query }, parseAs: 'blob' })
  const text = await must<unknown>(call) as Blob
  const { headers } = (await call).response
  const seq = (name: string) => Number(headers.get(name))
  return { text, first: seq('First-Seq'), last: seq('Last-Seq'), end: seq('End-Seq'), next: headers.get('Next-Cursor') }
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Asks again for a part that did not come; a refusal that will not change is thrown at once. */
async function persist<T>(ask: () => Promise<T>, stopped: () => boolean): Promise<T> {
  for (const pause of pauses) {
    try {
      return await ask()
    } catch (refusal) {
      if (!passing(refusal) || stopped()) throw refusal
      await wait(pause)
    }
  }
  return ask()
}

const passing = (refusal: unknown) =>
  refusal instanceof Refusal && (refusal.unanswered || refusal.status === 503 || refusal.status === 429)

/** The file of a home's history, gathered part by part. What is here stays here when the line is cut: it goes on from there. */
export function useExport(home: string, save: (file: Blob, name: string) => void = saveFile) {
  const [progress, setProgress] = useState(nothing)
  const parts = useRef<Blob[]>([])
  const next = useRef<string | null>(null)
  const run = useRef(0)

  const gather = useCallback(
    async (span: Span | null) => {
      const mine = ++run.current
      const stopped = () => run.current !== mine
      setProgress((held) => ({ ...(span ? nothing : held), state: 'running', words: '' }))
      try {
        let query = span ? { from: span.from ?? undefined, to: span.to ?? undefined } : { cursor: next.current ?? '' }
        for (let more = true; more && !stopped(); ) {
          const asked = query
          const part = await persist(() => load(home, asked), stopped)
          if (stopped()) return
          parts.current.push(part.text)
          next.current = part.next
          setProgress((held) => ({
            ...held, last: part.last, end: part.end, bytes: held.bytes + part.text.size,
            first: held.first || part.first,
          }))
          more = part.next !== null
          if (part.next !== null) query = { cursor: part.next }
        }
        if (stopped()) return
        save(new Blob(parts.current, { type: 'application/jsonl' }), fileName(home))
        parts.current = []
        setProgress((held) => ({ ...held, state: 'done' }))
      } catch (refusal) {
        if (stopped()) return
        const words = refusal instanceof Error ? refusal.message : ''
        setProgress((held) => ({ ...held, state: passing(refusal) && next.current !== null ? 'cut' : 'refused', words }))
      }
    },
    [home, save],
  )
  const stop = useCallback(() => {
    run.current++
    parts.current = []
    next.current = null
    setProgress(nothing)
  }, [])
  useEffect(() => stop, [stop])

  return {
    progress,
    start: (span: Span) => {
      stop()
      void gather(span)
    },
    goOn: () => void gather(null),
    stop,
  }
}

/** What the browser calls the file. */
const fileName = (home: string) => `logis-${home}.jsonl`

/** Gives a file to the browser to keep. */
function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // it has begun to copy it by then
}
