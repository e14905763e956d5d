import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { BacktestRow, Quarrel } from '../api/types'
import { useBacktest } from '../data/backtest'
import type { Draft } from '../data/rules'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { When } from '../parts/Age'
import { deviceWords, type Things } from '../words/rules'
import styles from './Editor.module.css'
import { SliceForm } from './SliceForm'
import { useThings } from './useThings'

/** How many occasions are shown, the newest first. */
const shown = 20

interface BacktestProps {
  draft: Draft
  ready: boolean
  /** The event that somebody came to keep as a test; null: none. */
  around: number | null
}

/** What the rule as it is written would have done in the last thirty days, beside what it did. */
export function Backtest({ draft, ready, around }: BacktestProps) {
  const { home } = useScene()
  const [keeping, keep] = useState(around !== null)
  const navigate = useNavigate()
  const { rule } = draft
  const kept = (id: string) => {
    keep(false)
    // The address asks for it no more, or it would with the next version.
    if (around !== null) void navigate({ to: '/homes/$home/rules/$rule', params: { home, rule: id }, replace: true, resetScroll: false })
  }
  const things = useThings()
  const { data, isError, isFetching } = useBacktest(home, draft, ready)
  const rows = (data?.rows ?? []).slice(-shown).toReversed()
  return (
    <Card
      title="The last 30 days"
      action={rule !== undefined && ready && !keeping && <Button variant="default" onClick={() => keep(true)}>Save as a test …</Button>}
    >
      {rule !== undefined && ready && keeping && <SliceForm draft={draft} rule={rule} around={around} onDone={() => kept(rule)} />}
      <div className={styles.outcome} aria-busy={isFetching}>
        {!ready && !data && <p className={styles.quiet}>As soon as the rule makes sense, this shows what it would have done.</p>}
        {isError && <p role="alert" className={styles.quiet}>That could not be tried.</p>}
        {!data && isFetching && <p className={styles.quiet}>Trying it …</p>}
        {data && (
          <>
            <div className={styles.counts} role="status">
              <div><strong>{data.would[0] ?? 0}</strong> would have fired</div>
              {draft.rule !== undefined && <div><strong>{data.did}</strong> did fire</div>}
            </div>
            {data.warnings.map((warning) => (
              <p key={`${warning.kind} ${warning.rules.join()} ${warning.property ?? ''}`} className={styles.warning} role="status">
                {quarrelWords(warning, draft, things)}
              </p>
            ))}
            {rows.length > 0 && (
              <ol className={styles.firings} aria-label="When it would have fired">
                {rows.map((row) => <Row key={`${row.seq ?? ''} ${row.at}`} row={row} own={draft.rule !== undefined} />)}
              </ol>
            )}
            {!data.full && <p className={styles.quiet}>There was more than can be looked at in one go: this is the first part.</p>}
            <p className={styles.quiet}>Nothing is switched by this: it only reads what happened.</p>
          </>
        )}
      </div>
    </Card>
  )
}

function Row({ row, own }: { row: BacktestRow; own: boolean }) {
  const { home } = useScene()
  const seq = row.seq ?? row.did?.seq
  const would = row.would[0] !== null
  const words = !own ? 'would have fired' : would && row.did ? 'both' : would ? 'only as written now' : 'only as it was'
  return (
    <li>
      {seq ? <Link to="/homes/$home/timeline" params={{ home }} search={{ seq }}><When at={row.at} /></Link> : <When at={row.at} />}
      <span>{words}</span>
    </li>
  )
}

/** What rules would have done to each other, as a warning. */
function quarrelWords({ kind, rules, device, count }: Quarrel, draft: Draft, things: Things): string {
  const others = rules.filter((id) => id !== draft.rule && !/^[0-]*$/.test(id)).map((id) => `“${things.rules.find((rule) => rule.id === id)?.name ?? 'a rule that is gone'}”`)
  const other = others.length > 0 ? others.join(' and ') : 'itself'
  const times = count === 1 ? 'once' : `${count} times`
  const what = device ? deviceWords(device, things) : 'your home'
  if (kind === 'loop') return `It would go round in a circle with ${other} (${times} in the last week).`
  if (kind === 'flood') return `It would fire far too often for ${what} (${times} in the last week), and be stopped.`
  return `It would fight with ${other} over ${what}: they ask for opposite things within seconds (${times} in the last week).`
}
