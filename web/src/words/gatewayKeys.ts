import type { Gateway } from '../api/types'

const day = 24 * 60 * 60 * 1000
/** A key that was not renewed for so long before its end is worth a word. */
const soon = 29 * day
/** How long after its end a key may ask for another; the server has the last word. */
const recoverable = 180 * day

/** What there is to know of a gateway's key, and whether somebody must do something. */
export interface KeyWords {
  text: string
  act: boolean
}

/** Tells how a gateway's key stands at an instant. */
export function keyWords(gateway: Pick<Gateway, 'key_ends' | 'suspended' | 'revoked'>, now: number): KeyWords | null {
  if (gateway.revoked) return null
  if (gateway.suspended !== null) {
    return { text: 'Suspended: two machines used its key in turns. Confirm the letters of the one you trust, or pair it again.', act: true }
  }
  if (gateway.key_ends === null) return { text: 'Its key has no end: its software is too old to renew it.', act: false }
  const left = Date.parse(gateway.key_ends) - now
  const days = Math.floor(Math.abs(left) / day)
  if (left <= -recoverable) return { text: 'Its key ended too long ago. Pair it again.', act: true }
  if (left <= 0) return { text: `Its key ended ${count(days)} ago. Connect it: it asks for a new one, and you compare the letters.`, act: true }
  if (left <= soon) return { text: `Its key ends in ${count(days)}. It renews it once it is connected.`, act: false }
  return { text: `Its key is good for ${count(days)} and renews itself before.`, act: false }
}

const count = (days: number) => (days === 1 ? '1 day' : `${days} days`)
