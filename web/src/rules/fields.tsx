import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Schema } from '../api/types'
import { unitMark } from '../words/units'
import { dayName, durationWords, weekdays } from '../words/spans'
import styles from './Editor.module.css'

interface FieldProps<T> {
  label: string
  value: T
  onChange: (value: T) => void
}

/** A number with its unit. What is no number yet is kept until it is one. */
export function NumberField({ label, value, onChange, schema }: FieldProps<number> & { schema?: Schema | undefined }) {
  const [text, setText] = useState(String(value))
  const shown = Number(text) === value ? text : String(value)
  return (
    <label className={styles.number}>
      <span className={styles.hidden}>{label}</span>
      <input
        type="number"
        inputMode="decimal"
        value={text === '' || text === '-' ? text : shown}
        min={schema?.minimum}
        max={schema?.maximum}
        step={schema?.multipleOf ?? (schema?.type === 'integer' ? 1 : 'any')}
        onChange={(event) => {
          setText(event.currentTarget.value)
          if (event.currentTarget.value !== '' && Number.isFinite(event.currentTarget.valueAsNumber)) onChange(event.currentTarget.valueAsNumber)
        }}
      />
      <span aria-hidden>{unitMark(schema?.unit)}</span>
    </label>
  )
}

/** A time of day. */
export function TimeField({ label, value, onChange }: FieldProps<string>) {
  return (
    <label className={styles.number}>
      <span className={styles.hidden}>{label}</span>
      <input type="time" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  )
}

/** Days of the week; none means every day. */
export function DaysField({ label, value, onChange }: FieldProps<string[]>) {
  const every = value.length === 0
  const flip = (day: string) => {
    const next = weekdays.filter((d) => (d === day ? !(every || value.includes(d)) || every : every ? false : value.includes(d)))
    onChange(next.length === weekdays.length ? [] : next)
  }
  const presets = [
    { name: 'Every day', days: [] as string[] },
    { name: 'Weekdays', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
    { name: 'Weekend', days: ['sat', 'sun'] },
  ]
  return (
    <div className={styles.days} role="group" aria-label={label}>
      {presets.map(({ name, days }) => (
        <button key={name} type="button" aria-pressed={days.join() === value.join()} onClick={() => onChange(days)}>{name}</button>
      ))}
      <span className={styles.break} />
      {weekdays.map((day) => (
        <button key={day} type="button" aria-label={dayName(day)} aria-pressed={every || value.includes(day)} onClick={() => flip(day)}>
          {dayName(day).slice(0, 2)}
        </button>
      ))}
    </div>
  )
}

interface ChoiceFieldProps extends FieldProps<string> {
  choices: { value: string; label: string }[]
}

/** One of a few words. */
export function ChoiceField({ label, value, onChange, choices }: ChoiceFieldProps) {
  return <NativeSelect aria-label={label} value={value} data={choices} onChange={(event) => onChange(event.currentTarget.value)} />
}

const minute = 60_000
const lengths = [0, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, 60 * minute, 120 * minute, 480 * minute]

/** For how long something must last. */
export function HeldField({ label, value, onChange }: FieldProps<number>) {
  const all = lengths.includes(value) ? lengths : [...lengths, value]
  const choices = all.map((ms) => ({ value: String(ms), label: ms === 0 ? 'at once' : `for ${durationWords(ms)}` }))
  return <ChoiceField label={label} value={String(value)} choices={choices} onChange={(ms) => onChange(Number(ms))} />
}

const units = [
  { value: '1000', label: 'seconds' },
  { value: '60000', label: 'minutes' },
  { value: '3600000', label: 'hours' },
]

/** How long to wait: a number and what it counts. */
export function DurationField({ label, value, onChange }: FieldProps<number>) {
  const unit = [3_600_000, minute].find((ms) => value >= ms && value % ms === 0) ?? 1000
  const [kept, setKept] = useState(unit)
  const size = value % kept === 0 ? kept : unit
  return (
    <>
      <NumberField label={label} value={value / size} onChange={(n) => onChange(Math.round(n * size))} schema={{ title: '', type: 'number', minimum: 0, read_only: false }} />
      <ChoiceField
        label={`${label}: unit`}
        value={String(size)}
        choices={units}
        onChange={(ms) => {
          setKept(Number(ms))
          onChange((value / size) * Number(ms))
        }}
      />
    </>
  )
}

const offsets = [-60, -30, -15, 0, 15, 30, 60]

/** Minutes before or after the sun. */
export function OffsetField({ label, value, onChange }: FieldProps<number>) {
  const all = offsets.includes(value) ? offsets : [...offsets, value].sort((a, b) => a - b)
  const words = (n: number) => (n === 0 ? 'just then' : `${durationWords(Math.abs(n) * minute)} ${n < 0 ? 'before' : 'after'}`)
  return (
    <ChoiceField label={label} value={String(value)} choices={all.map((n) => ({ value: String(n), label: words(n) }))} onChange={(n) => onChange(Number(n))} />
  )
}

/** Free text, such as a cron line. */
export function TextField({ label, value, onChange }: FieldProps<string>) {
  return <TextInput className={styles.text} aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
}
