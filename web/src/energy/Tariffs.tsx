import { Button, NumberInput, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useRemoveTariff, useSetTariff, useTariffs } from '../data/statistics'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { dateWords, priceWords } from '../words/energy'
import styles from './Energy.module.css'

/** What electricity costs, and from when on. */
export function Tariffs({ home, may, today }: { home: string; may: boolean; today: string }) {
  const tariffs = useTariffs(home)
  const remove = useRemoveTariff(home)
  const [open, setOpen] = useState(false)
  return (
    <Card title="Prices">
      {tariffs.error && <p role="alert">{tariffs.error.message}</p>}
      {tariffs.data?.length === 0 && <p className={styles.quiet}>No price was set. With one, every total says what it costs, past ones too.</p>}
      <ul className={styles.rows}>
        {tariffs.data?.map((t) => (
          <li key={t.from}>
            <span>From {dateWords(t.from)} {t.from.slice(0, 4)}: {priceWords(t.price, t.low, t.currency)} a kWh</span>
            {may && <Button variant="default" aria-label={`Remove the price from ${dateWords(t.from)} on`} onClick={() => remove.mutate(t.from)}>Remove</Button>}
          </li>
        ))}
      </ul>
      <Trouble error={remove.error} again={() => { if (remove.variables) remove.mutate(remove.variables) }} />
      {may && (open
        ? <TariffForm home={home} today={today} currency={tariffs.data?.at(-1)?.currency ?? 'EUR'} onDone={() => setOpen(false)} />
        : <div><Button variant="default" onClick={() => setOpen(true)}>Set a price…</Button></div>)}
    </Card>
  )
}

function TariffForm({ home, today, currency: usual, onDone }: { home: string; today: string; currency: string; onDone: () => void }) {
  const set = useSetTariff(home)
  const [from, setFrom] = useState(`${today.slice(0, 4)}-01-01`)
  const [currency, setCurrency] = useState(usual)
  const [price, setPrice] = useState<number | string>(0.3)
  const [low, setLow] = useState<number | string>('')
  const [start, setStart] = useState<number | string>(22)
  const [end, setEnd] = useState<number | string>(6)
  const send = () =>
    set.mutate(
      {
        from, currency: currency.trim().toUpperCase(), price: Number(price),
        ...(low === '' ? {} : { low: { from: Number(start), to: Number(end), price: Number(low) } }),
      },
      { onSuccess: onDone },
    )
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  const amount = { min: 0, max: 1000, step: 0.01, decimalScale: 5, hideControls: true }
  const hour = { min: 0, max: 23, allowDecimal: false }
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextInput type="date" label="From" value={from} onChange={(event) => setFrom(event.currentTarget.value)} required />
      <TextInput label="Currency" maxLength={3} value={currency} onChange={(event) => setCurrency(event.currentTarget.value)} required />
      <NumberInput {...amount} label="A kilowatt hour" value={price} onChange={setPrice} required />
      <NumberInput {...amount} label="Low price (if any)" value={low} onChange={setLow} />
      {low !== '' && (
        <>
          <NumberInput {...hour} label="Low from (hour)" value={start} onChange={setStart} />
          <NumberInput {...hour} label="Low until (hour)" value={end} onChange={setEnd} />
        </>
      )}
      <div className={styles.acts}>
        <Trouble error={set.error} again={send} />
        <Button type="submit" loading={set.isPending} disabled={price === ''}>Set the price</Button>
        <Button variant="default" onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}
