import { Button, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { Refusal } from '../api/client'
import type { Fault, Rule, RuleDocument } from '../api/types'
import { type Draft, useAddRule, useChangeRule, useCheckup } from '../data/rules'
import { useScene } from '../data/Scene'
import { useScenes } from '../data/scenes'
import { Card } from '../parts/Card'
import { longestName } from '../parts/NameForm'
import { Trouble, wantsProof } from '../parts/Prove'
import { ruleWords, suggestedName } from '../words/rules'
import { Backtest } from './Backtest'
import styles from './Editor.module.css'
import { Exchange } from './Exchange'
import { Grants } from './Grants'
import { Lately } from './Lately'
import { opened } from './options'
import { PlaceForm } from './PlaceForm'
import { Sentence } from './Sentence'
import { fitting } from './suggest'
import { Sentences } from './Suggestions'
import { TestsCard, Verdict } from './Tests'
import { useThings } from './useThings'
import { Versions } from './Versions'

/** How many whole sentences are offered beside an unfinished rule. */
const ideas = 6

interface EditorProps {
  /** The rule that is edited; undefined for a new one. */
  rule?: Rule
  document: RuleDocument
  /** The event that somebody came to keep as a test of the rule; null: none. */
  around?: number | null
  /** Called with the first change. */
  begun?: () => void
}

/** A rule to be written: its sentence, and beside it what it would have done and was. */
export function Editor({ rule, document: first, around = null, begun }: EditorProps) {
  const { home } = useScene()
  const things = useThings()
  const scenes = useScenes(home).data ?? []
  const [document, setDocument] = useState(first)
  const [ownName, setName] = useState<string | null>(rule?.name ?? null)
  const [grants, setGrants] = useState<string[]>([])
  const draft = useMemo<Draft>(() => ({ ...(rule && { rule: rule.id }), document, grants }), [rule, document, grants])
  const { faults } = useCheckup(home, draft)
  const doors = opened(document.actions, things, scenes)
  const change = useCallback(
    (next: RuleDocument) => {
      setDocument(next)
      setGrants([]) // leave is given to what was read, not to what comes after
      begun?.()
    },
    [begun],
  )
  const name = ownName ?? suggestedName(document, things, longestName)
  const complete = document.triggers.length > 0 && document.actions.length > 0
  const shown = useMemo(() => faults.filter(({ field, message }) => !isEmptyPlace(document, field) && !isLeave(message)), [faults, document])
  const changed = document !== first || name !== rule?.name || grants.length > 0
  return (
    <div className={styles.columns}>
      <Card title={rule ? 'What it does' : 'What should it do?'}>
        <Sentence document={document} things={things} faults={shown} onChange={change} />
        {shown.some(({ field, message }) => field.includes('sun') && message.includes('place')) && <PlaceForm />}
        {complete && <p className={styles.whole}>{ruleWords(document, things)}.</p>}
        <Grants doors={doors} grants={grants} onChange={setGrants} />
        <Save
          key={rule?.revision ?? 0}
          {...{ rule, draft, name, onName: setName }}
          ready={complete && changed && name.trim() !== '' && faults.length === 0}
        />
      </Card>
      <div className={styles.column}>
        {!rule && <Fitting document={document} onTake={change} />}
        {complete && <Backtest draft={draft} ready={faults.length === 0} around={around} />}
        {rule && <Lately rule={rule} />}
        {rule && <TestsCard rule={rule} draft={draft} />}
        {rule && <Versions rule={rule} shown={document} onLook={change} />}
        <Exchange {...{ rule, document, name, onImport: change, onName: setName }} />
      </div>
    </div>
  )
}

/** Whole sentences to begin with, which fit what is chosen so far. */
function Fitting({ document, onTake }: { document: RuleDocument; onTake: (document: RuleDocument) => void }) {
  const things = useThings()
  const found = fitting(things, document).slice(0, ideas)
  if (found.length === 0) return null
  return (
    <Card title="Or take one of these">
      <Sentences items={found} onTake={onTake} />
    </Card>
  )
}

/** An empty rule is no mistake, only not finished. */
const isEmptyPlace = (document: RuleDocument, field: string) =>
  (field === 'triggers' && document.triggers.length === 0) || (field === 'actions' && document.actions.length === 0)

/** What an owner must let is asked for at its own place. */
const isLeave = (message: string) => message.includes('needs an owner')

interface SaveProps {
  rule: Rule | undefined
  draft: Draft
  name: string
  onName: (name: string) => void
  ready: boolean
}

/** The name of the rule, and the button that saves it. */
function Save({ rule, draft, name, onName, ready }: SaveProps) {
  const { home } = useScene()
  const add = useAddRule(home)
  const change = useChangeRule(home)
  const navigate = useNavigate()
  const { error, isPending } = rule ? change : add
  const save = async () => {
    const { document, grants } = draft
    try {
      if (!rule) {
        const { id } = await add.mutateAsync({ name: name.trim(), document, grants })
        await navigate({ to: '/homes/$home/rules/$rule', params: { home, rule: id } })
        return
      }
      const edited = document !== rule.document || grants.length > 0
      await change.mutateAsync({ rule, change: { ...(name !== rule.name && { name: name.trim() }), ...(edited && { document, grants }) } })
    } catch {
      // What was refused stands below the button.
    }
  }
  return (
    <>
      <form
        className={styles.save}
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <TextInput label="Name" size="md" maxLength={longestName} value={name} onChange={(event) => onName(event.currentTarget.value)} />
        <Button type="submit" size="md" loading={isPending} disabled={!ready}>{rule ? 'Save as a new version' : 'Save'}</Button>
        {rule && <Verdict rule={rule} draft={draft} />}
        {error && !wantsProof(error) && <p role="alert" className={styles.fault}>{refusalWords(error)}</p>}
      </form>
      {wantsProof(error) && <Trouble error={error} again={() => void save()} />}
    </>
  )
}

function refusalWords(error: Error): string {
  const errors: readonly Fault[] = error instanceof Refusal ? error.errors : []
  return errors.length > 0 ? `${error.message} ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}` : error.message
}
