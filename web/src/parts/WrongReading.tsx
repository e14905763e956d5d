import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Correction, Device, Event } from '../api/types'
import { arranges } from '../data/roles'
import { useScene } from '../data/Scene'
import { useCorrect, useCorrections, useWithdrawCorrection } from '../data/statistics'
import { titleWords, valueWords } from '../words/values'
import styles from './EventRow.module.css'
import { longestName } from './NameForm'
import { Trouble } from './Prove'

/** Whether a report holds something that charts and totals count. */
const counted = (value: unknown) => typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'

/** What a report told wrongly can be taken out of charts and totals here, and put back. What was told stays in the history. */
export function WrongReading({ event, offered }: { event: Event; offered: boolean }) {
  const { picture } = useScene()
  const device = picture.devices.get(event.entity)
  if (event.type !== 'device.reported' || !device || !arranges(picture.home.role)) return null
  return <Readings event={event} device={device} offered={offered} />
}

function Readings({ event, device, offered }: { event: Event; device: Device; offered: boolean }) {
  const { home } = useScene()
  const corrections = useCorrections(home).data
  const [open, setOpen] = useState(false)
  const rejected = corrections?.filter(({ reading }) => reading === event.seq) ?? []
  const values = Object.entries((event.data.values ?? {}) as Record<string, unknown>)
  const left = values.filter(([name, value]) => counted(value) && !rejected.some(({ property }) => property === name))
  const named = left.map(([name, value]) => {
    const schema = device.affordances.properties[name]
    return { value: name, label: `${titleWords(name, schema)}: ${valueWords(name, value, schema)}` }
  })
  return (
    <div className={styles.wrong}>
      {rejected.map((correction) => <Rejected key={correction.id} correction={correction} title={titleWords(correction.property ?? '', device.affordances.properties[correction.property ?? ''])} />)}
      {open && named.length > 0 && <Reject event={event} choices={named} onDone={() => setOpen(false)} />}
      {offered && !open && named.length > 0 && <button type="button" className={styles.act} onClick={() => setOpen(true)}>Told wrongly…</button>}
    </div>
  )
}

function Rejected({ correction, title }: { correction: Correction; title: string }) {
  const { home } = useScene()
  const withdraw = useWithdrawCorrection(home)
  const undo = () => withdraw.mutate(correction.id)
  return (
    <div role="status">
      <span className={styles.badge}>{title} does not count: {correction.reason}</span>{' '}
      <button type="button" className={styles.act} disabled={withdraw.isPending} onClick={undo}>Count it again</button>
      <Trouble error={withdraw.error} again={undo} />
    </div>
  )
}

function Reject({ event, choices, onDone }: { event: Event; choices: { value: string; label: string }[]; onDone: () => void }) {
  const { home } = useScene()
  const correct = useCorrect(home)
  const [property, setProperty] = useState(choices[0]?.value ?? '')
  const [reason, setReason] = useState('')
  const send = () => correct.mutate({ device: event.entity, reading: event.seq, property, reason: reason.trim() }, { onSuccess: onDone })
  const submit = (e: SyntheticEvent) => {
    e.preventDefault()
    send()
  }
  return (
    <form className={styles.reject} onSubmit={submit} aria-label="Told wrongly">
      <label className={styles.which}>
        <span>What was wrong</span>
        <select value={property} onChange={(e) => setProperty(e.currentTarget.value)}>
          {choices.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
        </select>
      </label>
      <TextInput label="Why" placeholder="The sensor lay in the sun" maxLength={longestName} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      <Trouble error={correct.error} again={send} />
      <div className={styles.acts}>
        <Button type="submit" size="compact-md" loading={correct.isPending} disabled={reason.trim() === ''}>Do not count it</Button>
        <Button variant="default" size="compact-md" onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}
