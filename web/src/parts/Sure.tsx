import { Button } from '@mantine/core'
import { Trouble } from './Prove'
import styles from './Sure.module.css'

interface SureProps {
  question: string
  yes: string
  busy: boolean
  error: Error | null
  onYes: () => void
  onNo: () => void
}

/** Asks once more before something is removed. */
export function Sure({ question, yes, busy, error, onYes, onNo }: SureProps) {
  return (
    <div className={styles.sure} role="group" aria-label={question}>
      <p>{question}</p>
      <Trouble error={error} again={onYes} />
      <Button className={styles.danger} loading={busy} onClick={onYes}>{yes}</Button>
      <Button variant="default" onClick={onNo}>Keep it</Button>
    </div>
  )
}
