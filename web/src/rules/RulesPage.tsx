import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Rule } from '../api/types'
import { useChangeRule, useRemoveRule, useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { doneWithAll, Several, useChosen } from '../parts/Several'
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
      {chosen.picked.length > 0 && <Together picked={chosen.picked} done={chosen.none} />}
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

/** What can be done with several rules at once. */
function Together({ picked, done }: { picked: Rule[]; done: () => void }) {
  const { home } = useScene()
  const change = useChangeRule(home)
  const remove = useRemoveRule(home)
  const each = async (act: (rule: Rule) => Promise<unknown>) => {
    if (await doneWithAll(picked, act)) done()
  }
  const turn = (enabled: boolean) => void each((rule) => change.mutateAsync({ rule, change: { enabled } }))
  return (
    <Several
      words={picked.length === 1 ? '1 rule' : `${picked.length} rules`}
      warning="What they did stays in the timeline."
      removing={remove.isPending}
      error={change.error ?? remove.error}
      onRemove={() => void each((rule) => remove.mutateAsync(rule))}
      onNone={done}
    >
      <Button variant="default" onClick={() => turn(true)}>Turn on</Button>
      <Button variant="default" onClick={() => turn(false)}>Turn off</Button>
    </Several>
  )
}
