import type { ReactNode } from 'react'
import type { Fault } from '../api/types'
import styles from './Editor.module.css'
import type { Option } from './options'
import { Picker } from './Picker'

interface PartsProps<T> {
  legend: string
  /** What a part is called: "Trigger". */
  noun: string
  /** The word between two parts: "or". */
  link: string
  parts: readonly T[]
  options: readonly Option<T>[]
  keyOf: (part: T) => string
  wordsOf: (part: T) => string
  /** What the empty place says: while there is no part, and while there are some. */
  empty: readonly [first: string, more: string]
  faultsOf: (i: number) => readonly Fault[]
  /** The fields of a part; null when it has none. */
  fields: (part: T, label: string, set: (part: T) => void) => ReactNode
  /** Called with the new parts, and with what was picked if that made them. */
  onChange: (parts: T[], picked?: Option<T>) => void
  children?: ReactNode
}

/** The parts of one kind, with an empty place at the end: filling it makes the next. */
export function Parts<T>({ legend, noun, link, parts, options, keyOf, wordsOf, empty, faultsOf, fields, onChange, children }: PartsProps<T>) {
  const put = (i: number, next: readonly T[], picked?: Option<T>) => onChange([...parts.slice(0, i), ...next, ...parts.slice(i + 1)], picked)
  const places: (T | undefined)[] = [...parts, undefined]
  return (
    <fieldset className={styles.section}>
      <legend>{legend}</legend>
      {places.map((part, i) => {
        const label = `${noun} ${i + 1}`
        return (
          <Picker
            key={i} // a place keeps the focus when it is filled
            word={i === 0 ? '' : link}
            label={label}
            options={options}
            picked={part === undefined ? undefined : keyOf(part)}
            words={part === undefined ? '' : wordsOf(part)}
            placeholder={parts.length === 0 ? empty[0] : empty[1]}
            faults={part === undefined ? [] : faultsOf(i)}
            onPick={(option) => put(i, [option.part, ...(option.more ?? [])], option)}
            onRemove={part === undefined ? undefined : () => onChange(parts.filter((_, j) => i !== j))}
          >
            {part === undefined ? null : fields(part, label, (next) => put(i, [next]))}
          </Picker>
        )
      })}
      {children}
    </fieldset>
  )
}
