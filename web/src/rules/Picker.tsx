import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'
import type { Fault } from '../api/types'
import { faultWords } from './faults'
import type { Option } from './options'
import styles from './Editor.module.css'

interface PickerProps<T> {
  /** What is picked: "When", "and", "then". */
  word: string
  /** Its name for those who only hear it: "Trigger 1". */
  label: string
  options: readonly Option<T>[]
  /** The key of what is picked; undefined for an empty place. */
  picked: string | undefined
  /** How what is picked reads when it is none of the options. */
  words: string
  placeholder: string
  faults: readonly Fault[]
  onPick: (option: Option<T>) => void
  onRemove?: () => void
  /** The fields of what is picked. */
  children?: ReactNode
}

/** One part of a rule's sentence: a word, what is picked, and its fields. */
export function Picker<T>({ word, label, options, picked, words, placeholder, faults, onPick, onRemove, children }: PickerProps<T>) {
  const wrong = useId()
  const known = options.some(({ key }) => key === picked)
  const groups = [...Map.groupBy(options, ({ group }) => group)].map(([group, items]) => ({
    group,
    items: items.map(({ key, words: name }) => ({ value: key, label: name })),
  }))
  return (
    <div className={styles.part} role="group" aria-label={label} data-empty={picked === undefined || undefined}>
      <span className={styles.word} aria-hidden>{word}</span>
      <NativeSelect
        className={styles.select}
        size="md"
        aria-label={label}
        aria-describedby={faults.length > 0 ? wrong : undefined}
        aria-invalid={faults.length > 0 || undefined}
        error={faults.length > 0}
        value={picked ?? ''}
        data={[
          ...(picked === undefined ? [{ value: '', label: placeholder }] : []),
          ...(picked !== undefined && !known ? [{ value: picked, label: words }] : []),
          ...groups,
        ]}
        onChange={(event) => {
          const found = options.find(({ key }) => key === event.currentTarget.value)
          if (found) onPick(found)
        }}
      />
      {onRemove && (
        <ActionIcon variant="subtle" size={42} radius="xl" aria-label={`Remove: ${label}`} onClick={onRemove}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      )}
      {children && <div className={styles.fields}>{children}</div>}
      {faults.length > 0 && (
        <p id={wrong} className={styles.fault} role="status">
          {[...new Set(faults.map(faultWords))].join(' ')}
        </p>
      )}
    </div>
  )
}
