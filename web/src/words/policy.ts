import type { Clause } from '../api/types'
import { deviceWords, modeName, type Things } from './rules'
import { listed } from './spans'

/** What commands of a class do, as a verb. */
const verbs: Record<string, string> = {
  A: 'open', B: 'lock or shut off', C: 'switch', D: 'set', E: 'press', F: 'update',
}

/** What a clause forbids: "open anything", "ask anything of Front door lock in Hall". */
export function forbiddenWords({ classes, devices }: Clause, things: Things): string {
  const what = devices?.length ? listed(devices.map((id) => deviceWords(id, things)), 'or') : 'anything'
  if (!classes?.length) return devices?.length ? `ask anything of ${what}` : 'ask anything of any device'
  return `${listed(classes.map((name) => verbs[name] ?? 'touch'), 'or')} ${what}`
}

/** When a clause holds: "while the home is set to Away". */
export function heldWords({ modes, unattended }: Clause, things: Things): string {
  const held = [
    ...(modes?.length ? [`the home is set to ${listed(modes.map((mode) => modeName(mode, things)), 'or')}`] : []),
    ...(unattended ? ['nobody is known to be at home'] : []),
  ]
  return held.length > 0 ? `while ${listed(held, 'and')}` : 'at any time'
}

/** A clause of the home's policy as one sentence. */
export const clauseWords = (clause: Clause, things: Things) => `Rules never ${forbiddenWords(clause, things)} ${heldWords(clause, things)}.`
