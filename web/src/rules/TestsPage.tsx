import { Link } from '@tanstack/react-router'
import type { Rule } from '../api/types'
import { useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { useTests } from '../data/tests'
import { CutOff } from '../frame/Banners'
import { Card } from '../parts/Card'
import { outcomeWords } from '../words/tests'
import styles from './Rules.module.css'
import { Tabs } from './Tabs'
import { TestList, useTestsOf } from './Tests'

/** Parts of the past that every rule is held against. */
export function TestsPage() {
  const { home, picture } = useScene()
  const tests = useTests(home)
  const rules = useRules(home).data ?? []
  const tested = rules.filter(({ id }) => tests.data?.some(({ rule }) => rule === id))
  return (
    <>
      <title>{`Tests – ${picture.home.name}`}</title>
      <CutOff />
      <Tabs />
      <div className={styles.intro}>
        <h1>Tests</h1>
        <p>Parts of the past in which a rule should fire just then, and at no other time. They are tried with every change.</p>
      </div>
      {tests.isError && <p role="alert">The tests could not be read.</p>}
      {tests.isSuccess && tests.data.length === 0 && (
        <section className={styles.empty} aria-label="No tests yet">
          <h2>No tests yet</h2>
          <p>On the page of a rule, “Save as a test” keeps a part of the past. The timeline leads there too.</p>
        </section>
      )}
      <div className={styles.list}>{tested.map((rule) => <OfRule key={rule.id} rule={rule} />)}</div>
    </>
  )
}

function OfRule({ rule }: { rule: Rule }) {
  const { home } = useScene()
  const { tests, outcomes, failed } = useTestsOf(rule)
  return (
    <Card title={rule.name} action={<Link className={styles.way} to="/homes/$home/rules/$rule" params={{ home, rule: rule.id }}>The rule</Link>}>
      {failed && <p role="alert">They could not be tried.</p>}
      {outcomes && <p role="status">{outcomeWords(outcomes)}</p>}
      <TestList tests={tests} outcomes={outcomes} />
    </Card>
  )
}
