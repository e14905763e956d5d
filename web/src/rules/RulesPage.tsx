import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Rule } from '../api/types'
import { useChangeRule, useRemoveRule, useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { Sure } from '../parts/Sure'
import { Tabs } from './Tabs'
import styles from './Rules.module.css'
import { RuleRow } from './RuleRow'
import { Suggestions } from './Suggestions'

/** What the home does by itself. */
export function RulesPage() {
  const { home, picture } = useScene()
  const rules = useRules(home)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const items = rules.data ?? []
  const picked = items.filter(({ id }) => chosen.has(id))
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  return (
    <>
      <title>{`Rules – ${picture.home.name}`}</title>
      <CutOff />
      <Tabs />
      <div className={styles.intro}>
        <h1>Rules</h1>
        <p>What your home does by itself, and when.</p>
        <Button
          className={styles.add}
          size="md"
          leftSection={<IconPlus size={18} aria-hidden />}
          renderRoot={(props) => <Link to="/homes/$home/rules/new" params={{ home }} {...props} />}
        >
          Add a rule
        </Button>
      </div>
      {rules.isError && <p role="alert">The rules could not be read.</p>}
      {picked.length > 0 && <Several picked={picked} done={() => setChosen(new Set())} />}
      {items.length > 0 && (
        <ul className={styles.list}>
          {items.map((rule) => (
            <RuleRow key={rule.id} rule={rule} chosen={chosen.has(rule.id)} onChoose={(on) => choose(rule.id, on)} />
          ))}
        </ul>
      )}
      {rules.isSuccess && items.length === 0 && <Suggestions />}
    </>
  )
}

/** What can be done with several rules at once. */
function Several({ picked, done }: { picked: Rule[]; done: () => void }) {
  const { home } = useScene()
  const change = useChangeRule(home)
  const remove = useRemoveRule(home)
  const [sure, setSure] = useState(false)
  const words = picked.length === 1 ? '1 rule' : `${picked.length} rules`
  const each = async (act: (rule: Rule) => Promise<unknown>) => {
    const ends = await Promise.allSettled(picked.map(act))
    if (ends.every(({ status }) => status === 'fulfilled')) done()
  }
  const turn = (enabled: boolean) => void each((rule) => change.mutateAsync({ rule, change: { enabled } }))
  const error = change.error ?? remove.error
  if (sure) {
    return (
      <div className={styles.several}>
        <Sure
          question={`Remove ${words}? What they did stays in the timeline.`}
          yes={`Remove ${words}`}
          busy={remove.isPending}
          error={error}
          onYes={() => void each((rule) => remove.mutateAsync(rule))}
          onNo={() => setSure(false)}
        />
      </div>
    )
  }
  return (
    <div className={styles.several} role="group" aria-label={`${words} chosen`}>
      <strong>{words} chosen</strong>
      <Button variant="default" onClick={() => turn(true)}>Turn on</Button>
      <Button variant="default" onClick={() => turn(false)}>Turn off</Button>
      <Button variant="default" onClick={() => setSure(true)}>Remove…</Button>
      <Button variant="subtle" onClick={done}>Choose none</Button>
      {error && <p role="alert">{error.message}</p>}
    </div>
  )
}
