import type { Condition } from '../api/types'
import { spaced } from './values'

const reasons: Record<string, string> = {
  fires: 'It fired.',
  holding: 'It waits: what triggers it must last first.',
  not_triggered: 'This is nothing the rule waits for.',
  condition: 'Not everything it asks for was so.',
  too_old: 'The news came too late to act on.',
  first_value: 'Nothing was known before, so nothing had changed.',
  not_held: 'It did not last long enough.',
  running: 'The rule was still busy with the last time.',
  inactive: 'The rule was turned off.',
  elsewhere: 'The rule was moving to another place just then.',
  too_deep: 'Too many rules had set each other off in a row.',
  too_often: 'It had fired too often in that minute.',
  broken: 'Something went wrong inside Logis.',
}

/** Why a rule fired or stayed silent. */
export const reasonOfRule = (reason: string) => reasons[reason] ?? spaced(reason)

const roots: Record<string, string> = {
  schedule: 'because its time had come',
  outside: 'Nobody asked for this here: it was done at the device itself, or in another app.',
  system: 'Logis did this by itself.',
  earlier: 'It goes back further than was looked at.',
}

/** What a story began with, where its first event does not say so itself. */
export const rootWords = (root: string) => roots[root]

/** The part of a condition at a path such as "condition.all[1].not". */
export function partAt(condition: Condition | undefined, path: string): Condition | undefined {
  let part = condition
  for (const step of path.split('.').slice(1)) {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? []
    if (name === 'all' || name === 'any') part = part?.[name]?.[Number(index)]
    else if (name === 'not') part = part?.not
  }
  return part
}
