import { Button, Skeleton } from '@mantine/core'
import type { Command, Device, Session } from '../api/types'
import { useCommands, useWithdraw } from '../data/history'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { When } from '../parts/Age'
import { clockMillis, clockSeconds, delay } from '../words/ages'
import { actorWords, reasonWords, statusWords, wishWords } from '../words/commands'
import styles from './Commands.module.css'

/** What the device was asked for, newest first, with every step of the way. */
export function Commands({ device }: { device: Device }) {
  const { picture } = useScene()
  const { items, isPending, isError, hasNextPage, fetchNextPage, isFetchingNextPage } = useCommands(
    picture.home.id,
    device.id,
    picture.commands,
  )
  return (
    <Card title="Commands" id="commands">
      {isPending && items.length === 0 && <Skeleton height={70} radius="md" />}
      {isError && <p role="alert">The commands could not be read.</p>}
      {!isPending && items.length === 0 && <p className={styles.quiet}>Nobody has asked for anything yet.</p>}
      <ol className={styles.commands}>
        {items.map((command) => (
          <Asked key={command.id} command={command} device={device} />
        ))}
      </ol>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>Earlier commands</Button>
      )}
    </Card>
  )
}

function title(command: Command, device: Device, me: Session | null): string {
  return `${actorWords(command.actor, me)} asked it to ${wishWords(command, device)}`
}

function Asked({ command, device }: { command: Command; device: Device }) {
  const { picture, me } = useScene()
  const withdraw = useWithdraw(picture.home.id)
  const why = reasonWords(command.reason)
  return (
    <li className={styles.command}>
      <p className={styles.title}>
        <span>{title(command, device, me)}</span>
        <When at={command.requested.at} />
      </p>
      <Way command={command} device={device} />
      {why && command.ended && <p className={styles.why}>{why}</p>}
      {command.status === 'requested' && (
        <div>
          <Button size="xs" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(command)}>
            Take it back
          </Button>
          {withdraw.error && <p role="alert" className={styles.why}>{withdraw.error.message}</p>}
        </div>
      )}
    </li>
  )
}

const good = ['succeeded']
const neutral = ['superseded', 'cancelled']

/** The four steps of a command; each with how long it took after the one before. */
function Way({ command, device }: { command: Command; device: Device }) {
  const { zone } = useScene()
  const end = command.ended
  const tone = !end ? undefined : good.includes(command.status) ? 'good' : neutral.includes(command.status) ? 'calm' : 'bad'
  const steps = [
    { name: 'Asked', step: command.requested, tone: undefined },
    { name: 'Sent', step: command.sent, tone: undefined },
    { name: 'Gateway has it', step: command.delivered, tone: undefined },
    { name: end ? statusWords(command, device) : 'Confirmed', step: end, tone },
  ].filter(({ step }) => step !== null || !end) // what did not happen before the end never will
  let before: number | null = null
  return (
    <ol className={styles.way} aria-label={`How it went: ${statusWords(command, device)}`}>
      {steps.map(({ name, step, tone: color }) => {
        const at = step ? Date.parse(step.at) : null
        const took = at !== null && before !== null ? `${delay(at - before)} later` : null
        if (at !== null) before = at
        return (
          <li key={name} data-done={at !== null || undefined} data-tone={color}>
            <span className={styles.step}>{name}</span>
            <span className={styles.time}>
              {step && at !== null ? <time dateTime={step.at} title={clockMillis(at, zone)}>{took ?? clockSeconds(at, zone)}</time> : '…'}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
