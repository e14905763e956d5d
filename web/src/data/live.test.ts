import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { at, news } from '../testing/samples'
import { followHome, type LinkState, longestWait, silenceLimit, type Socket, troubleAfter, waitBefore } from './live'

class Line implements Socket {
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  closed = false
  constructor(readonly after: number) {}
  close() {
    this.closed = true
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  drop(code = 1006) {
    this.onclose?.({ code })
  }
}

function setup() {
  const lines: Line[] = []
  const heard: number[] = []
  const links: LinkState['kind'][] = []
  const trouble = vi.fn()
  const signedOut = vi.fn()
  let seq = 10
  const stop = followHome({
    connect: (after) => {
      const line = new Line(after)
      lines.push(line)
      return line
    },
    after: () => seq,
    onNews: (n) => {
      heard.push(n.seq)
      seq = n.seq
    },
    onNow: vi.fn(),
    onChanged: vi.fn(),
    onLink: (state) => links.push(state.kind),
    onSignedOut: signedOut,
    onTrouble: trouble,
    random: () => 0.5,
  })
  const line = () => lines.at(-1) ?? new Line(-1)
  return { lines, line, heard, links, trouble, signedOut, stop }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('a live connection', () => {
  it('resumes after the last event it heard, so that none is missed and none comes twice', () => {
    const { line, lines, heard, stop } = setup()
    line().say({ type: 'welcome', seq: 10, now: at(0) })
    line().say(news(14))
    line().drop()
    vi.advanceTimersByTime(longestWait)
    expect(lines.map((l) => l.after)).toEqual([10, 14])
    line().say(news(15))
    expect(heard).toEqual([14, 15])
    stop()
  })

  it('says that it is live only when it was welcomed', () => {
    const { line, links, stop } = setup()
    expect(links).toEqual(['connecting'])
    line().say({ type: 'welcome', seq: 10, now: at(0) })
    expect(links).toEqual(['connecting', 'live'])
    stop()
  })

  it('leaves a silent line behind, however it behaves', () => {
    const { line, lines, links, stop } = setup()
    line().say({ type: 'welcome', seq: 10, now: at(0) })
    vi.advanceTimersByTime(silenceLimit)
    expect(links.at(-1)).toBe('lost')
    expect(lines[0]?.closed).toBe(true)
    vi.advanceTimersByTime(longestWait)
    expect(lines).toHaveLength(2)
    lines[0]?.drop() // the dead line closes at last
    vi.advanceTimersByTime(1000)
    expect(lines).toHaveLength(2)
    stop()
  })

  it('knows at once that the machine is offline, and comes back as soon as it is not', () => {
    const { line, lines, links, stop } = setup()
    line().say({ type: 'welcome', seq: 10, now: at(0) })
    window.dispatchEvent(new Event('offline'))
    expect(links.at(-1)).toBe('lost')
    window.dispatchEvent(new Event('online'))
    expect(lines).toHaveLength(2)
    stop()
  })

  it('stays while pulses come', () => {
    const { line, lines, stop } = setup()
    line().say({ type: 'welcome', seq: 10, now: at(0) })
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(15_000)
      line().say({ type: 'pulse', now: at(i) })
    }
    expect(lines).toHaveLength(1)
    stop()
  })

  it('does not come back when the person is signed out', () => {
    const { line, lines, signedOut, stop } = setup()
    line().drop(4401)
    vi.advanceTimersByTime(10 * longestWait)
    expect(signedOut).toHaveBeenCalledOnce()
    expect(lines).toHaveLength(1)
    stop()
  })

  it('asks whether it may when several attempts came to nothing', () => {
    const { line, trouble, stop } = setup()
    for (let i = 0; i <= troubleAfter; i++) {
      line().drop()
      vi.advanceTimersByTime(longestWait)
    }
    expect(trouble).toHaveBeenCalledOnce()
    stop()
  })

  it('opens no further line once it is stopped', () => {
    const { line, lines, stop } = setup()
    const open = line()
    stop()
    open.drop()
    vi.advanceTimersByTime(10 * longestWait)
    expect(open.closed).toBe(true)
    expect(lines).toHaveLength(1)
  })
})

describe('the wait before an attempt', () => {
  it('grows, is spread evenly, and has an end', () => {
    expect(waitBefore(0, 1006, () => 1)).toBe(500)
    expect(waitBefore(3, 1006, () => 1)).toBe(4000)
    expect(waitBefore(20, 1006, () => 1)).toBe(longestWait)
    expect(waitBefore(20, 1006, () => 0)).toBe(0)
  })
})
