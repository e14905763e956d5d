import type { Proof } from '../api/types'
import { clockTime, dayWords } from './ages'

/** What is proven of the home's history, in a sentence; null: nothing is known of it. */
export function proofWords(proof: Proof | undefined, zone: string): string | null {
  if (!proof) return null
  const { signed, head } = proof
  if (!signed) return 'Nothing of it is signed yet: that happens every few minutes.'
  if (!signed.sound) return `Something is wrong: ${signed.broken ?? 'the history is not the one that was signed'}.`
  const at = Date.parse(signed.at)
  const reach = signed.seq === head.seq ? 'the newest event' : `event ${signed.seq.toLocaleString('en')}`
  return `History verified to ${reach}, signed ${dayWords(at, zone)} at ${clockTime(at, zone)}.`
}
