import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { keys } from '../data/keys'
import { useScene } from '../data/Scene'
import { ruleWords } from '../words/rules'
import styles from './Rules.module.css'
import { type Suggestion, suggestions } from './suggest'
import { useThings } from './useThings'

/** A home without rules: three that would be useful here. */
export function Suggestions() {
  const { home } = useScene()
  const things = useThings()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const found = suggestions(things)
  const take = ({ document }: Suggestion) => {
    queries.setQueryData(keys.draft(home), document)
    void navigate({ to: '/homes/$home/rules/new', params: { home } })
  }
  return (
    <section className={styles.empty} aria-label="No rules yet">
      <h2>No rules yet</h2>
      <p>{found.length > 0 ? 'With what you have at home, these would be useful. Take one, and change it as you like.' : 'A rule does something for you when something happens: a lamp goes on when somebody moves, a door locks at night.'}</p>
      <ul>
        {found.map((suggestion) => (
          <li key={suggestion.title}>
            <button type="button" className={styles.suggestion} onClick={() => take(suggestion)}>
              <strong>{suggestion.title}</strong>
              <span>{ruleWords(suggestion.document, things)}.</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
