import { Button, Select } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useKeep } from '../data/proof'
import { Trouble } from '../parts/Prove'
import { keepWords } from '../words/storage'
import styles from './Gateways.module.css'

/** What may be chosen, in months; 0: for ever. */
const lengths = [0, 13, 18, 24, 36, 60, 120]

/** Lets an owner say for how long the history is kept. What goes cannot be had again, so it is said what that means. */
export function KeepForm({ home, months, onDone }: { home: string; months: number; onDone: () => void }) {
  const keep = useKeep(home)
  const [chosen, choose] = useState(String(months))
  const send = () => keep.mutate(Number(chosen), { onSuccess: onDone })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  const offered = lengths.includes(months) ? lengths : [...lengths, months].sort((a, b) => a - b)
  return (
    <form onSubmit={submit}>
      <Select
        label="Keep what happened" value={chosen} allowDeselect={false} onChange={(value) => choose(value ?? '0')}
        data={offered.map((n) => ({ value: String(n), label: keepWords(n) }))}
      />
      {chosen !== '0' && (
        <p className={styles.quiet}>
          What is older goes and cannot be had again: no looking back to then, no reasons, no download. Charts of it stay, and what is left can still be proven.
        </p>
      )}
      <Trouble error={keep.error} again={send} />
      <Button type="submit" loading={keep.isPending}>Keep it so</Button>{' '}
      <Button variant="default" onClick={onDone}>Cancel</Button>
    </form>
  )
}
