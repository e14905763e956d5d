import { ActionIcon } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconTrash } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { HomeTest, Occasion, Rule, TestOutcome } from '../api/types'
import { useEvent } from '../data/history'
import type { Draft } from '../data/rules'
import { useScene } from '../data/Scene'
import { useOutcomes, useRemoveTest, useTests } from '../data/tests'
import { Card } from '../parts/Card'
import { Sure } from '../parts/Sure'
import { clockSeconds } from '../words/ages'
import { outcomeWords } from '../words/tests'
import styles from './Tests.module.css'

/** The tests of a rule, with what comes of each as the rule is written now. */
export function TestsCard({ rule, draft }: { rule: Rule; draft?: Draft }) {
  const { tests, outcomes } = useTestsOf(rule, draft)
  if (tests.length === 0) return null
  return (
    <Card title="Tests">
      <TestList tests={tests} outcomes={outcomes} />
    </Card>
  )
}

/** The tests of one rule, and what comes of them as far as it is known. */
export function useTestsOf(rule: Rule, draft?: Draft) {
  const { home } = useScene()
  const tests = (useTests(home).data ?? []).filter((test) => test.rule === rule.id)
  const run = useOutcomes(home, rule, tests, draft)
  return { tests, outcomes: run.data, failed: run.isError }
}

/** In one sentence what comes of a rule's tests: beside the button that saves it. */
export function Verdict({ rule, draft }: { rule: Rule; draft: Draft }) {
  const { tests, outcomes } = useTestsOf(rule, draft)
  if (tests.length === 0 || !outcomes) return null
  const bad = outcomes.some(({ passed }) => !passed)
  return <p role="status" className={bad ? styles.bad : styles.good}>{outcomeWords(outcomes)}</p>
}

/** Tests one below the other; each can be taken away. */
export function TestList({ tests, outcomes }: { tests: readonly HomeTest[]; outcomes: readonly TestOutcome[] | undefined }) {
  return (
    <ul className={styles.tests}>
      {tests.map((test) => <Test key={test.id} test={test} outcome={outcomes?.find((o) => o.test === test.id)} />)}
    </ul>
  )
}

function Test({ test, outcome }: { test: HomeTest; outcome: TestOutcome | undefined }) {
  const { home } = useScene()
  const [sure, setSure] = useState(false)
  const remove = useRemoveTest(home)
  const tone = outcome ? (outcome.passed ? 'good' : 'bad') : 'calm'
  return (
    <li>
      <div className={styles.test}>
        <span className={styles.sign} data-tone={tone}>
          {tone === 'good' ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
        </span>
        <div>
          <strong>{test.name}</strong>
          <p className={styles.outcome} data-tone={tone}>{outcome ? (outcome.passed ? 'Passes' : 'Fails') : 'Not tried yet'}</p>
          {outcome && <Occasions title="It should fire, and would not:" items={outcome.missing} />}
          {outcome && <Occasions title="It would fire, and should not:" items={outcome.unexpected} />}
        </div>
        <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Remove the test ${test.name}`} onClick={() => setSure(true)}>
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      </div>
      {sure && (
        <Sure
          question={`Remove the test ${test.name}?`}
          yes="Remove the test"
          busy={remove.isPending}
          error={remove.error}
          onYes={() => remove.mutate(test)}
          onNo={() => setSure(false)}
        />
      )}
    </li>
  )
}

/** How many occasions are told of one test. */
const shown = 5

function Occasions({ title, items }: { title: string; items: readonly Occasion[] }) {
  if (items.length === 0) return null
  return (
    <p className={styles.occasions}>
      {title} {items.slice(0, shown).map((item) => <Moment key={`${item.seq ?? item.at ?? ''}`} {...item} />)}
      {items.length > shown && ` and ${items.length - shown} more`}
    </p>
  )
}

/** When an occasion was; an event is led to. */
function Moment({ seq, at }: Occasion) {
  const { home, zone } = useScene()
  const event = useEvent(home, seq).data
  const time = at ?? event?.recorded_at
  const words = time ? clockSeconds(Date.parse(time), zone) : '…'
  return seq === null ? <span>{words}</span> : <Link to="/homes/$home/timeline" params={{ home }} search={{ seq }}>{words}</Link>
}
