import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { RuleDocument } from '../api/types'
import { keys } from '../data/keys'
import { useScene } from '../data/Scene'
import { triggerOptions } from './options'
import { Picker } from './Picker'
import styles from './Rules.module.css'
import { type Suggestion, suggestions } from './suggest'
import { useThings } from './useThings'

/** How many are shown to a home without rules. */
const first = 3

/** A home without rules: three that would be useful here, and where one of its own begins. */
export function Suggestions() {
  const { home } = useScene()
  const things = useThings()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const found = suggestions(things).slice(0, first)
  const take = (document: RuleDocument) => {
    queries.setQueryData(keys.draft(home), document)
    void navigate({ to: '/homes/$home/rules/new', params: { home } })
  }
  return (
    <section className={styles.empty} aria-label="No rules yet">
      <h2>No rules yet</h2>
      <p>{found.length > 0 ? 'With what you have at home, these would be useful. Take one, and change it as you like.' : 'A rule does something for you when something happens: a lamp goes on when somebody moves, a door locks at night.'}</p>
      <Sentences items={found} onTake={take} />
      <p>Or begin with what makes it happen:</p>
      <Picker
        word=""
        label="What makes it happen"
        options={triggerOptions(things)}
        picked={undefined}
        words=""
        placeholder="When …"
        faults={[]}
        onPick={({ part }) => take({ triggers: [part], actions: [] })}
      />
    </section>
  )
}

/** Rules as whole sentences: one press takes one. */
export function Sentences({ items, onTake }: { items: readonly Suggestion[]; onTake: (document: RuleDocument) => void }) {
  return (
    <ul className={styles.sentences}>
      {items.map(({ sentence, document }) => (
        <li key={sentence}>
          <button type="button" className={styles.suggestion} onClick={() => onTake(document)}>{sentence}</button>
        </li>
      ))}
    </ul>
  )
}
