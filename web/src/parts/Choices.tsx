import type { ReactNode } from 'react'
import styles from './Choices.module.css'

interface Choice {
  value: string
  label: ReactNode
  /** The name when the label is only a picture. */
  name?: string
}

interface ChoicesProps {
  label: string
  choices: Choice[]
  /** What the device said. */
  reported: string | undefined
  /** What is wanted of it. */
  wanted: string | undefined
  onWish: (value: string) => void
}

/** A few possibilities side by side: filled is what is so, outlined what is wanted. */
export function Choices({ label, choices, reported, wanted, onWish }: ChoicesProps) {
  return (
    <div className={styles.choices} role="group" aria-label={label}>
      {choices.map(({ value, label: text, name }) => (
        <button
          key={value}
          type="button"
          aria-label={name}
          aria-pressed={value === reported}
          data-wanted={(value === wanted && wanted !== reported) || undefined}
          onClick={() => onWish(value)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
