import { useCallback, useEffect, useRef, useState } from 'react'
import { api, must } from '../api/client'
import type { Check } from '../api/types'

/** How far a check of the chain has come. */
export interface Checking {
  state: 'idle' | 'running' | 'sound' | 'bad' | 'failed'
  /** The last event up to which all is sound, and the newest one. */
  checked: number
  head: number
  /** How many signed heads the log was compared with. */
  signed: number
  /** The first event at fault and what is wrong with it, or why the check could not go on. */
  bad: number | null
  words: string
}

const nothing: Checking = { state: 'idle', checked: 0, head: 0, signed: 0, bad: null, words: '' }

/** Puts the next part to what was found before. */
function add(held: Checking, { checked, head, signed, bad, reason }: Check): Checking {
  const state = bad !== null ? 'bad' : checked >= head ? 'sound' : 'running'
  return { state, checked, head, signed: held.signed + signed, bad, words: reason ?? '' }
}

/** Has the server compute the whole chain anew, part by part. */
export function useCheck(home: string) {
  const [checking, setChecking] = useState(nothing)
  const run = useRef(0)
  const begin = useCallback(async () => {
    const mine = ++run.current
    let held: Checking = { ...nothing, state: 'running' }
    setChecking(held)
    try {
      while (held.state === 'running') {
        const query = { after: held.checked }
        held = add(held, await must(api.GET('/homes/{home}/proof/check', { params: { path: { home }, query } })))
        if (run.current !== mine) return
        setChecking(held)
      }
    } catch (refusal) {
      if (run.current === mine) setChecking({ ...held, state: 'failed', words: refusal instanceof Error ? refusal.message : '' })
    }
  }, [home])
  useEffect(() => () => {
    run.current++
  }, [])
  return { checking, begin: () => void begin() }
}
