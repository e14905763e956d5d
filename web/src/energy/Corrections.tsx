import { Button, NumberInput, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Correction } from '../api/types'
import { useScene } from '../data/Scene'
import { useCorrect, useCorrections, useWithdrawCorrection } from '../data/statistics'
import { meter } from '../device/chart'
import { When } from '../parts/Age'
import { Card } from '../parts/Card'
import { longestName } from '../parts/NameForm'
import { Trouble } from '../parts/Prove'
import { dateWords, kwhWords } from '../words/energy'
import styles from './Energy.module.css'

/** What was put right: what the device told stays in the history, and the totals follow. */
export function Corrections({ home, may, today }: { home: string; may: boolean; today: string }) {
  const { picture } = useScene()
  const corrections = useCorrections(home)
  const withdraw = useWithdrawCorrection(home)
  const [open, setOpen] = useState(false)
  const meters = [...picture.devices.values()].filter((device) => meter in device.affordances.properties)
  const about = (c: Correction) => picture.devices.get(c.device)?.name ?? 'A device that is gone'
  return (
    <Card title="Corrections">
      {corrections.error && <p role="alert">{corrections.error.message}</p>}
      {corrections.data?.length === 0 && <p className={styles.quiet}>Nothing was corrected. What a meter told wrongly can be put right here, and taken back.</p>}
      <ul className={styles.rows}>
        {corrections.data?.map((c) => (
          <li key={c.id}>
            <span>
              <strong>{about(c)}</strong>, {daysOf(c)}. {c.reason}
              <small> {c.by.name ?? 'Somebody'}, <When at={c.at} /></small>
            </span>
            {may && <Button variant="default" aria-label={`Withdraw the correction of ${about(c)}`} onClick={() => withdraw.mutate(c.id)}>Withdraw</Button>}
          </li>
        ))}
      </ul>
      <Trouble error={withdraw.error} again={() => { if (withdraw.variables) withdraw.mutate(withdraw.variables) }} />
      {may && meters.length > 0 && (open
        ? <CorrectionForm home={home} today={today} meters={meters} onDone={() => setOpen(false)} />
        : <div><Button variant="default" onClick={() => setOpen(true)}>Correct a day…</Button></div>)}
    </Card>
  )
}

function daysOf({ from, to, kwh }: Correction): string {
  if (from === null || to === null || kwh === null) return 'a reading that does not count'
  return `${from === to ? dateWords(from) : `${dateWords(from)} to ${dateWords(to)}`}: ${kwhWords(kwh)}`
}

interface CorrectionFormProps {
  home: string
  today: string
  meters: readonly { id: string; name: string }[]
  onDone: () => void
}

function CorrectionForm({ home, today, meters, onDone }: CorrectionFormProps) {
  const correct = useCorrect(home)
  const [device, setDevice] = useState(meters[0]?.id ?? '')
  const [from, setFrom] = useState(today)
  const [to, setTo] = useState(today)
  const [kwh, setKwh] = useState<number | string>('')
  const [reason, setReason] = useState('')
  const send = () => correct.mutate({ device, from, to, kwh: Number(kwh), reason: reason.trim() }, { onSuccess: onDone })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <label className={styles.pick}>
        <span>Device</span>
        <select value={device} onChange={(event) => setDevice(event.currentTarget.value)}>
          {meters.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
      <NumberInput label="Used (kWh)" min={0} max={1_000_000} decimalScale={3} hideControls value={kwh} onChange={setKwh} required />
      <TextInput type="date" label="From" max={today} value={from} onChange={(event) => setFrom(event.currentTarget.value)} required />
      <TextInput type="date" label="To" max={today} value={to} onChange={(event) => setTo(event.currentTarget.value)} required />
      <TextInput className={styles.wide} label="Why" maxLength={longestName} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
      <div className={styles.acts}>
        <Trouble error={correct.error} again={send} />
        <Button type="submit" loading={correct.isPending} disabled={kwh === '' || reason.trim() === ''}>Correct</Button>
        <Button variant="default" onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}
