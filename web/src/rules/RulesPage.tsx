import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Rule } from '../api/types'
import { useChangeRule, useRemoveRule, useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { doneWithAll, removedOf, Several, useChosen } from '../parts/Several'
import { Removed } from '../wayback/Removed'
import { Tabs } from './Tabs'
import styles from './Rules.module.css'
import { RuleRow } from './RuleRow'
import { Suggestions } from './Suggestions'

/** What the home does by itself. */
export function RulesPage() {
  const { home, picture } = useScene()
  const rules = useRules(home)
  const items = rules.data ?? []
  const chosen = useChosen(items)
  const [removed, setRemoved] = useState<Rule[]>([])
  const turnedOff = removed.some(({ id, enabled }) => enabled && items.some((rule) => rule.id === id && !rule.enabled))
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
      {chosen.picked.length > 0 && <Together picked={chosen.picked} done={chosen.none} removed={setRemoved} />}
      {removed.length > 0 && (
        <Removed
          key={removed.map(({ id }) => id).join()}
          things={removed.map(({ id }) => id)}
          words={ruleCount(removed)}
          note={turnedOff ? 'Look at what is turned off before you turn it on again.' : undefined}
        />
      )}
      {items.length > 0 && (
        <ul className={styles.list}>
          {items.map((rule) => (
            <RuleRow key={rule.id} rule={rule} chosen={chosen.has(rule.id)} onChoose={(on) => chosen.choose(rule.id, on)} />
          ))}
        </ul>
      )}
      {rules.isSuccess && items.length === 0 && <Suggestions />}
    </>
  )
}

const ruleCount = (rules: readonly Rule[]) => (rules.length === 1 ? '1 rule' : `${rules.length} rules`)

/** What can be done with several rules at once. */
function Together({ picked, done, removed }: { picked: Rule[]; done: () => void; removed: (rules: Rule[]) => void }) {
  const { home } = useScene()
  const change = useChangeRule(home)
  const remove = useRemoveRule(home)
  const each = async (act: (rule: Rule) => Promise<unknown>) => {
    if (await doneWithAll(picked, act)) done()
  }
  const removeAll = async () => {
    const gone = await removedOf(picked, (rule) => remove.mutateAsync(rule))
    removed(gone)
    if (gone.length === picked.length) done()
  }
  const turn = (enabled: boolean) => void each((rule) => change.mutateAsync({ rule, change: { enabled } }))
  return (
    <Several
      words={ruleCount(picked)}
      warning="What they did stays in the timeline."
      removing={remove.isPending}
      error={change.error ?? remove.error}
      onRemove={() => void removeAll()}
      onNone={done}
    >
      <Button variant="default" onClick={() => turn(true)}>Turn on</Button>
      <Button variant="default" onClick={() => turn(false)}>Turn off</Button>
    </Several>
  )
}
