import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from 'react'
import { Press } from './Press'
import styles from './Press.module.css'

/** An open question closes by itself after so long: it must not lie in wait for a stray touch. */
const patience = 15_000

interface TwoStepProps {
  /** What the button says first: "Unlock". */
  first: string
  /** What it asks: "Unlock the front door?" */
  question: string
  /** What is said instead of asking, when it cannot be done now. */
  refusal: string | null
  onPress: () => void
}

/** A button for what opens something: it asks before it does. */
export function TwoStep({ first, question, refusal, onPress }: TwoStepProps) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const returning = useRef(false)

  useEffect(() => {
    if (!open && returning.current) button.current?.focus()
    returning.current = open
  }, [open])

  if (!open) {
    return (
      <Press ref={button} name={question.replace(/\?$/, '…')} onPress={() => setOpen(true)}>
        {first}…
      </Press>
    )
  }
  return (
    <Question
      first={first}
      question={question}
      refusal={refusal}
      onPress={onPress}
      close={() => setOpen(false)}
    />
  )
}

function Question({ first, question, refusal, onPress, close }: TwoStepProps & { close: () => void }) {
  const safe = useRef<HTMLButtonElement>(null)
  const shut = useEffectEvent(close)

  useEffect(() => {
    safe.current?.focus()
    const timer = setTimeout(() => shut(), patience)
    return () => clearTimeout(timer)
  }, [])

  const escape = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close()
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape works wherever the focus is inside
    <div className={styles.question} role="group" aria-label={question} onKeyDown={escape}>
      <p role="status">{refusal ?? question}</p>
      <div className={styles.answers}>
        {refusal === null && (
          <Press
            strong
            name={`Yes: ${first}`}
            onPress={() => {
              close()
              onPress()
            }}
          >
            {first}
          </Press>
        )}
        <Press ref={safe} onPress={close}>
          {refusal === null ? 'No' : 'All right'}
        </Press>
      </div>
    </div>
  )
}
