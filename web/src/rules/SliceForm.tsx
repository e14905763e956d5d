import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { BacktestRow, Event, Occasion } from '../api/types'
import { type Stretch, useBacktest } from '../data/backtest'
import { clock } from '../data/clock'
import { useEvent } from '../data/history'
import type { Draft } from '../data/rules'
import { useScene } from '../data/Scene'
import { useAddTest } from '../data/tests'
import { longestName } from '../parts/NameForm'
import { clockSeconds, dayWords } from '../words/ages'
import { eventWords } from '../words/events'
import { durationWords } from '../words/spans'
import styles from './Tests.module.css'

const minute = 60_000
/** How much of the past a test can hold, in milliseconds. */
const lengths = [10 * minute, 30 * minute, 60 * minute, 6 * 60 * minute, 24 * 60 * minute]
/** The most events of one test: each of its runs reads them all. */
const mostEvents = 5000

interface SliceFormProps {
  /** What is tried: a version of the rule. */
  draft: Draft
  rule: string
  /** The event it is to be about; null: what happened last. */
  around: number | null
  /** The part of the past it is, with its name; without it somebody chooses one. */
  part?: Stretch & { name: string }
  /** Called at the end: whether a test was kept. */
  onDone: (kept: boolean) => void
}

/** A part of the past to be kept as a test: how much of it, and when the rule should fire in it. */
export function SliceForm(props: SliceFormProps) {
  const { home } = useScene()
  const event = useEvent(home, props.around).data
  if (props.around !== null && !event) return <p className={styles.quiet}>Looking …</p>
  return <Slice {...props} event={event} />
}

/** One occasion on which the rule would fire, or might have to. */
interface Chance extends Occasion {
  key: string
  time: string
  would: boolean
}

/** What is offered: when the rule would fire, and the event somebody came with. */
function chances(rows: readonly BacktestRow[], event: Event | undefined): Chance[] {
  const made = rows.map(({ seq, at, would }) => ({
    key: `${seq ?? at}`, time: at, would: (would[0] ?? null) !== null, seq, at: seq === null ? at : null,
  }))
  if (!event || made.some(({ seq }) => seq === event.seq)) return made
  return [...made, { key: `${event.seq}`, time: event.recorded_at, would: false, seq: event.seq, at: null }].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
}

function Slice({ draft, rule, part, event, onDone }: SliceFormProps & { event: Event | undefined }) {
  const scene = useScene()
  const { home, zone } = scene
  const [now] = useState(() => clock.now()) // what is looked at does not move away
  const [length, setLength] = useState(lengths[0] ?? minute)
  const middle = event && Date.parse(event.recorded_at)
  const [first, last] = middle === undefined ? [now - length, now] : [middle - length / 2, Math.min(now, middle + length / 2)]
  const stretch: Stretch = part ? { from: part.from, to: part.to } : { from: new Date(first).toISOString(), to: new Date(last).toISOString() }
  const { data, isError, isPlaceholderData, isFetching } = useBacktest(home, draft, true, stretch)
  const [name, setName] = useState(part?.name ?? `${dayWords(last, zone)}, ${clockSeconds(last, zone)}`)
  const [turned, turn] = useState<ReadonlySet<string>>(new Set())
  const add = useAddTest(home)
  const offered = data ? chances(data.rows, event) : []
  const wanted = ({ key, would }: Chance) => would !== turned.has(key)
  const origin = ({ seq, would }: Chance) => {
    const fires = would ? 'it would fire' : 'it would not fire'
    return event?.seq === seq ? `${eventWords(event, scene)}: ${fires}` : fires
  }
  const flip = (key: string) => {
    const next = new Set(turned)
    if (!next.delete(key)) next.add(key)
    turn(next)
  }
  const tooMuch = data && (!data.full || data.to - data.from > mostEvents)
  const submit = (e: SyntheticEvent) => {
    e.preventDefault()
    if (!data) return
    const expected = offered.filter(wanted).map(({ seq, at }) => ({ seq, at }))
    add.mutate({ name: name.trim(), rule, after: data.from, to: data.to, expected }, { onSuccess: () => onDone(true) })
  }
  return (
    <form className={styles.slice} onSubmit={submit} aria-label="Keep as a test">
      <p className={styles.quiet}>With each change of the rule it is tried whether it still fires just then, and at no other time.</p>
      <TextInput label="Name of the test" size="md" maxLength={longestName} value={name} onChange={(e) => setName(e.currentTarget.value)} />
      {!part && (
        <NativeSelect
          label="How much of the past"
          size="md"
          value={String(length)}
          data={lengths.map((ms) => ({ value: String(ms), label: middle === undefined ? `the last ${durationWords(ms)}` : `${durationWords(ms)} around it` }))}
          onChange={(e) => setLength(Number(e.currentTarget.value))}
        />
      )}
      <fieldset className={styles.chances} aria-busy={isFetching}>
        <legend>It should fire at</legend>
        {isError && <p role="alert">That could not be tried.</p>}
        {data && offered.length === 0 && <p className={styles.quiet}>Never: it would not fire in this part, and should not.</p>}
        {offered.map((chance) => (
          <Checkbox
            radius="xs"
            key={chance.key}
            size="md"
            label={clockSeconds(Date.parse(chance.time), zone)}
            description={origin(chance)}
            checked={wanted(chance)}
            onChange={() => flip(chance.key)}
          />
        ))}
      </fieldset>
      {tooMuch && <p role="status" className={styles.bad}>That is too much for one test.</p>}
      {add.error && <p role="alert" className={styles.bad}>{add.error.message}</p>}
      <div className={styles.acts}>
        <Button type="submit" loading={add.isPending} disabled={!data || isPlaceholderData || tooMuch || name.trim() === ''}>Keep the test</Button>
        <Button variant="default" onClick={() => onDone(false)}>Cancel</Button>
      </div>
    </form>
  )
}
