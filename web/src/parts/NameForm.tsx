import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import styles from './NameForm.module.css'

interface NameFormProps {
  label: string
  value: string
  action: string
  /** Returns when the name is taken; throws what the person should read. */
  onSave: (name: string) => Promise<unknown>
  onCancel?: () => void
}

/** The longest name there can be. */
export const longestName = 80

/** A name to be given or changed. */
export function NameForm({ label, value, action, onSave, onCancel }: NameFormProps) {
  const [name, setName] = useState(value)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (!wanted) return
    setBusy(true)
    setError(null)
    try {
      await onSave(wanted)
      setName(value === '' ? '' : wanted)
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : 'That did not work.')
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        className={styles.field}
        aria-label={label}
        placeholder={label}
        size="md"
        maxLength={longestName}
        value={name}
        error={error}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Button type="submit" size="md" loading={busy} disabled={!name.trim() || name.trim() === value}>{action}</Button>
      {onCancel && <Button size="md" variant="default" onClick={onCancel}>Cancel</Button>}
    </form>
  )
}
