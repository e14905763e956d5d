import { Button } from '@mantine/core'
import { IconArrowBackUp, IconRestore } from '@tabler/icons-react'
import { useState } from 'react'
import { useScene } from '../data/Scene'
import { usePutBack, usePutBackPlan, useUndo, useUndoPlan } from '../data/wayback'
import { Trouble } from '../parts/Prove'
import { wishWords } from '../words/commands'
import { leftWords } from '../words/wayback'
import styles from './WayBack.module.css'

/** What can be brought back from the event one looks at: the change it made, or the whole home. */
export function WayBack({ seq }: { seq: number }) {
  return (
    <div className={styles.ways}>
      <Undo key={`undo-${seq}`} seq={seq} />
      <PutBack key={`back-${seq}`} seq={seq} />
    </div>
  )
}

/** Undoes the change of an event, where that can be done. */
export function Undo({ seq }: { seq: number }) {
  const home = useScene().picture.home.id
  const plan = useUndoPlan(home, seq)
  const undo = useUndo(home)
  if (undo.isSuccess) return <p role="status">Undone.</p>
  if (!plan.data?.possible) return null
  return (
    <>
      <Button variant="default" leftSection={<IconArrowBackUp size={18} aria-hidden />} loading={undo.isPending} onClick={() => undo.mutate(seq)}>
        Undo this change
      </Button>
      <Trouble error={undo.error} again={() => undo.mutate(seq)} />
    </>
  )
}

function PutBack({ seq }: { seq: number }) {
  const { picture } = useScene()
  const home = picture.home.id
  const [open, setOpen] = useState(false)
  const plan = usePutBackPlan(home, seq, open)
  const back = usePutBack(home)
  const name = (id: string) => picture.devices.get(id)?.name ?? 'A device'
  if (back.isSuccess) return <p role="status">Asked {back.data.commands.length === 1 ? 'one device' : `${back.data.commands.length} times`} to be as it was.</p>
  if (!open) {
    return (
      <Button variant="default" leftSection={<IconRestore size={18} aria-hidden />} onClick={() => setOpen(true)}>
        Put the home back like this…
      </Button>
    )
  }
  return (
    <section className={styles.plan} aria-label="Put the home back">
      <h2>Put the home back as it was here?</h2>
      {plan.isPending && <p>Looking at what would change…</p>}
      <Trouble error={plan.error ?? back.error} again={() => void plan.refetch()} />
      {plan.data?.changes.length === 0 && <p>Nothing would change: what may be put back is as it was.</p>}
      {plan.data && plan.data.changes.length > 0 && (
        <ul aria-label="What would change">
          {plan.data.changes.map(({ device, set }) => (
            <li key={device}><strong>{name(device)}</strong> would {wishWords({ set }, picture.devices.get(device))}</li>
          ))}
        </ul>
      )}
      {plan.data && plan.data.left.length > 0 && (
        <details>
          <summary>{plan.data.left.length === 1 ? 'One device stays' : `${plan.data.left.length} devices stay`} as {plan.data.left.length === 1 ? 'it is' : 'they are'}</summary>
          <ul>{plan.data.left.map(({ device, reason }) => <li key={device}><strong>{name(device)}</strong> {leftWords[reason]}</li>)}</ul>
        </details>
      )}
      <div className={styles.acts}>
        <Button disabled={!plan.data?.changes.length} loading={back.isPending} onClick={() => back.mutate(seq)}>Put it back</Button>
        <Button variant="default" onClick={() => setOpen(false)}>Leave it</Button>
      </div>
    </section>
  )
}
