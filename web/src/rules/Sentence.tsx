import { memo } from 'react'
import type { Condition, Fault, RuleDocument } from '../api/types'
import { actionWords, conditionWords, type Things, triggerWords } from '../words/rules'
import { durationWords } from '../words/spans'
import styles from './Editor.module.css'
import { faultsAt } from './faults'
import { ChoiceField } from './fields'
import { actionOptions, conditionOptions, triggerOptions } from './options'
import { actionFields, conditionFields, triggerFields } from './params'
import { concurrencyOf } from './concurrency'
import { actionKey, conditionKey, triggerKey } from './partkeys'
import { Parts } from './Parts'
import { aWhile, offAgain } from './suggest'

interface SentenceProps {
  document: RuleDocument
  things: Things
  faults: readonly Fault[]
  onChange: (document: RuleDocument) => void
}

/** A rule as the sentence it is: when …, and only if …, then …. Its hundreds of choices are not drawn again with every event of the home. */
export const Sentence = memo(function Sentence(props: SentenceProps) {
  const { document, things, faults, onChange } = props
  return (
    <div className={styles.sentence}>
      <Parts
        legend="When"
        noun="Trigger"
        link="or"
        parts={document.triggers}
        options={triggerOptions(things)}
        keyOf={triggerKey}
        wordsOf={(part) => triggerWords(part, things)}
        empty={['Choose what makes it happen', 'something else …']}
        faultsOf={(i) => faultsAt(faults, `triggers[${i}]`)}
        fields={(part, label, set) => triggerFields(part, things, label, set)}
        onChange={(triggers) => onChange({ ...document, triggers })}
      />
      <OnlyIf {...props} />
      <Then {...props} />
    </div>
  )
})

/** The parts of a condition that are all, or any of which are, to be so. */
export const partsOf = (condition: Condition | undefined): Condition[] =>
  condition ? (condition.all ?? condition.any ?? [condition]) : []

/** Puts parts of a condition together again. */
export const together = (parts: Condition[], link: 'all' | 'any'): Condition | undefined =>
  parts.length < 2 ? parts[0] : { [link]: parts }

function OnlyIf({ document, things, faults, onChange }: SentenceProps) {
  const { condition, ...rest } = document
  const link = condition?.any ? 'any' : 'all'
  const parts = partsOf(condition)
  const set = (next: Condition[], by: 'all' | 'any' = link) => {
    const made = together(next, by)
    onChange(made ? { ...rest, condition: made } : rest)
  }
  return (
    <Parts
      legend="Only if"
      noun="Condition"
      link={link === 'all' ? 'and' : 'or'}
      parts={parts}
      options={conditionOptions(things)}
      keyOf={conditionKey}
      wordsOf={(part) => conditionWords(part, things)}
      empty={['Always – or choose when not', 'something else …']}
      faultsOf={(i) => faultsAt(faults, parts.length > 1 ? `condition.${link}[${i}]` : 'condition')}
      fields={(part, label, put) => conditionFields(part, things, label, put)}
      onChange={(next) => set(next)}
    >
      {parts.length > 1 && (
        <ChoiceField
          label="How many of these"
          value={link}
          choices={[{ value: 'all', label: 'All of these must be so' }, { value: 'any', label: 'One of these is enough' }]}
          onChange={(by) => set(parts, by === 'any' ? 'any' : 'all')}
        />
      )}
    </Parts>
  )
}

function Then({ document, things, faults, onChange }: SentenceProps) {
  const { actions } = document
  const off = offAgain(actions.at(-1))
  return (
    <Parts
      legend="Then"
      noun="Action"
      link="then"
      parts={actions}
      options={actionOptions(things)}
      keyOf={actionKey}
      wordsOf={(part) => actionWords(part, things)}
      empty={['Choose what is done', 'something more …']}
      faultsOf={(i) => faultsAt(faults, `actions[${i}]`)}
      fields={(part, label, set) => actionFields(part, things, label, set)}
      onChange={(next, picked) => onChange({ ...document, actions: next, ...(picked?.more && { concurrency: 'restart' }) })}
    >
      {off.length > 0 && (
        <button
          type="button"
          className={styles.chip}
          onClick={() => onChange({ ...document, actions: [...actions, ...off], concurrency: 'restart' })}
        >
          + off again after {durationWords(aWhile)}
        </button>
      )}
      {actions.some(({ delay }) => delay) && (
        <div className={styles.again}>
          <span aria-hidden>If it happens again meanwhile:</span>
          <ChoiceField
            label="If it happens again meanwhile"
            value={document.concurrency ?? 'single'}
            choices={[
              { value: 'restart', label: 'begin anew' },
              { value: 'single', label: 'leave it alone' },
              { value: 'queued', label: 'do it again afterwards' },
              { value: 'parallel', label: 'do both at once' },
            ]}
            onChange={(way) => onChange({ ...document, concurrency: concurrencyOf(way) })}
          />
        </div>
      )}
    </Parts>
  )
}
