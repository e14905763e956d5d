import type { components } from './schema'

type News = components['schemas']['News']

export interface FollowOptions {
  /** Begin after this event; from now on if not given. */
  after?: number
  /** Only these devices, these rooms and what is in them, events of these types. */
  devices?: string[]
  rooms?: string[]
  types?: string[]
  signal?: AbortSignal
}

/** A stream that cannot go on: 401, 403, 404 and 422 as refused, 4403 when what may be seen has changed. */
export class Ended extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
    this.name = 'Ended'
  }
}

/** The server gives a sign of life every 15 s: after three missed ones the line is dead. */
const silenceLimit = 46_000
/** Bounds of the wait before the stream is opened again, in milliseconds. */
const firstWait = 500
const longestWait = 30_000

const signedOut = 4401
const changed = 4403

/**
 * Tells what happens in a home for as long as it is read. When the line is cut it
 * comes back by itself and goes on where it was: no event is missed, none comes
 * twice. It throws Ended when coming back makes no sense, and the signal's reason.
 */
export async function* follow(url: string, headers: Record<string, string>, options: FollowOptions = {}): AsyncGenerator<News, never> {
  let last = options.after === undefined ? '' : String(options.after)
  let wait = firstWait
  for (;;) {
    try {
      for await (const message of listen(withQuery(url, options), last ? { ...headers, 'Last-Event-ID': last } : headers, options.signal)) {
        if (message.event === 'ended') throw endOf(JSON.parse(message.data) as components['schemas']['Ended'])
        if (message.event === 'news') yield JSON.parse(message.data) as News
        last = message.id || last
        wait = firstWait
      }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof Ended && final(error.code)) throw error
    }
    await pause(Math.random() * wait, options.signal) // full jitter: a thousand programs must not come at once
    wait = Math.min(2 * wait, longestWait)
  }
}

function final(code: number): boolean {
  return code === signedOut || code === changed || (code < 500 && code !== 429)
}

function endOf(why: components['schemas']['Ended']): Ended {
  return new Ended(why.code, why.reason)
}

function withQuery(url: string, { devices, rooms, types }: FollowOptions): string {
  const query = new URLSearchParams()
  if (devices) query.set('device', devices.join(','))
  if (rooms) query.set('room', rooms.join(','))
  if (types) query.set('type', types.join(','))
  return query.size > 0 ? `${url}?${query.toString()}` : url
}

interface Message {
  id: string
  event: string
  data: string
}

/** Opens the stream once and reads it to its end. */
async function* listen(url: string, headers: Record<string, string>, signal?: AbortSignal): AsyncGenerator<Message> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), silenceLimit)
  try {
    const response = await fetch(url, { headers, signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal })
    if (!response.ok || !response.body) {
      const problem = (await response.json().catch(() => ({}))) as { detail?: string }
      throw new Ended(response.status, problem.detail ?? response.statusText)
    }
    let rest = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silenceLimit)
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) yield read(block)
    }
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

function read(block: string): Message {
  const message: Message = { id: '', event: '', data: '' }
  for (const line of block.split('\n')) {
    const at = line.indexOf(': ')
    const name = line.slice(0, at)
    if (name === 'id' || name === 'event' || name === 'data') message[name] = line.slice(at + 2)
  }
  return message
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
