import { IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react'
import { Refusal } from '../api/client'
import type { Condition, Rule } from '../api/types'
import { useExplanation, useVersions } from '../data/rules'
import { useScene } from '../data/Scene'
import { partAt, reasonOfRule } from '../words/reasons'
import { conditionWords, type Things } from '../words/rules'
import { statement } from '../words/values'
import styles from './Editor.module.css'
import { useThings } from './useThings'

/** Why a rule fired for an event, or stayed silent: each of its conditions, and the one that was not so. */
export function Why({ rule, seq }: { rule: Rule; seq: number }) {
  const { home } = useScene()
  const things = useThings()
  const { data: why, error } = useExplanation(home, rule.id, seq)
  // What it asks for may have been something else then.
  const condition = (useVersions(home, rule).data?.find(({ version }) => version <= seq)?.document ?? rule.document).condition
  if (error instanceof Refusal && error.status === 404) return <p className={styles.quiet}>The rule was not there yet.</p>
  if (error) return <p role="alert" className={styles.quiet}>That could not be read.</p>
  if (!why) return <p className={styles.quiet}>Looking …</p>
  const blamed = why.blame === null ? undefined : partAt(condition, why.blame)
  return (
    <div className={styles.why} role="status">
      <p>
        <strong>{reasonOfRule(why.reason)}</strong>
        {why.reason === 'condition' && blamed && ` It was not so that ${conditionWords(blamed, things)}.`}
      </p>
      {['fires', 'condition'].includes(why.reason) && <CheckedList checked={why.checked} condition={condition} things={things} />}
    </div>
  )
}

interface CheckedListProps {
  checked: readonly { path: string; is: string; seen?: unknown }[]
  condition: Condition | undefined
  things: Things
}

/** Every condition as it was at that moment, with the value it saw. */
export function CheckedList({ checked, condition, things }: CheckedListProps) {
  const leaves = checked.flatMap((c) => {
    const part = partAt(condition, c.path)
    return part && !part.all && !part.any ? [{ ...c, part }] : []
  })
  if (leaves.length === 0) return null
  return (
    <ul className={styles.checked}>
      {leaves.map(({ path, is, seen, part }) => (
        <li key={path} data-is={is}>
          {is === 'true' ? <IconCheck size={16} aria-label="yes" /> : is === 'false' ? <IconX size={16} aria-label="no" /> : <IconQuestionMark size={16} aria-label="unknown" />}
          <span>
            {conditionWords(part, things)}
            {part.property && seen !== undefined && ` – it was: ${seenWords(part, seen, things)}`}
            {is === 'unknown' && ' – nobody knew'}
          </span>
        </li>
      ))}
    </ul>
  )
}

function seenWords({ property }: Condition, seen: unknown, things: Things): string {
  if (!property) return ''
  const schema = things.picture.devices.get(property.device)?.affordances.properties[property.property]
  return statement(property.property, seen, schema)
}
