import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useState } from 'react'
import styles from './Stepper.module.css'

/** Presses are gathered for so long before they become one wish. */
const gather = 700

interface StepperProps {
  label: string
  /** What is wanted now; undefined when nothing was ever said. */
  value: number | undefined
  /** Used for the first press when there is no value. */
  start: number
  min: number
  max: number
  step: number
  words: (value: number) => string
  onWish: (value: number) => void
}

/** A value with less and more beside it. */
export function Stepper({ label, value, start, min, max, step, words, onWish }: StepperProps) {
  const [draft, setDraft] = useState<number | null>(null)
  const wish = useEffectEvent(onWish)

  useEffect(() => {
    if (draft === null) return
    const timer = setTimeout(() => {
      wish(draft)
      setDraft(null)
    }, gather)
    return () => clearTimeout(timer)
  }, [draft])

  const shown = draft ?? value
  const move = (by: number) => setDraft(Math.min(max, Math.max(min, (shown ?? start) + by)))
  return (
    <div className={styles.stepper} role="group" aria-label={label}>
      <button type="button" aria-label={`${label}: less`} disabled={shown !== undefined && shown <= min} onClick={() => move(-step)}>
        <IconMinus size={18} aria-hidden />
      </button>
      <output className={styles.value} data-draft={draft !== null || undefined}>
        {shown === undefined ? '–' : words(shown)}
      </output>
      <button type="button" aria-label={`${label}: more`} disabled={shown !== undefined && shown >= max} onClick={() => move(step)}>
        <IconPlus size={18} aria-hidden />
      </button>
    </div>
  )
}
