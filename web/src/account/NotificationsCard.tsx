import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Schemas } from '../api/types'
import { useChooseNotifications, useConfirmAddress, useNotifications, useRemoveAddress, useSetAddress } from '../data/notifications'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { noticeWords } from '../words/delivery'
import styles from './Account.module.css'

type Notifications = Schemas['Notifications']
type Choice = Schemas['NoticeRule']['choice']

const night = { from: 22 * 60, to: 7 * 60 }

/** Where the person is told what happens, of what, and when. */
export function NotificationsCard() {
  const notifications = useNotifications()
  const { data } = notifications
  if (!data) return null
  return (
    <Card title="Notifications">
      {data.sends ? <Address of={data} /> : <p className={styles.quiet}>This server sends no e-mail: whoever runs it can give it a mail server.</p>}
      {data.active && <Choices of={data} />}
    </Card>
  )
}

function Address({ of }: { of: Notifications }) {
  const set = useSetAddress()
  const confirm = useConfirmAddress()
  const remove = useRemoveAddress()
  const [address, setAddress] = useState('')
  const [code, setCode] = useState('')
  const send = () => set.mutate(address.trim())
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  const submitCode = (event: SyntheticEvent) => {
    event.preventDefault()
    confirm.mutate(code.trim(), { onSuccess: () => setCode('') })
  }
  if (of.address === null) {
    return (
      <form onSubmit={submit} className={styles.form}>
        <div className={styles.line}>
          <TextInput
            label="E-mail address" type="email" autoComplete="email" maxLength={254} value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <Button type="submit" loading={set.isPending} disabled={!address.includes('@')}>Send a code there</Button>
        </div>
        <Trouble error={set.error} again={send} />
      </form>
    )
  }
  return (
    <>
      <ul className={styles.rows}>
        <li>
          <span><strong>{of.address}</strong> {of.active ? 'is told' : 'is not confirmed yet'}</span>
          <Button variant="default" onClick={() => remove.mutate(undefined)}>Forget it</Button>
        </li>
      </ul>
      {!of.active && (
        <form onSubmit={submitCode} className={styles.line}>
          <TextInput
            label="The code that was sent there" inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={code}
            error={confirm.error?.message} onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Button type="submit" loading={confirm.isPending} disabled={code.trim().length !== 8}>Confirm</Button>
        </form>
      )}
      {remove.error && <p role="alert">{remove.error.message}</p>}
    </>
  )
}

const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

function Choices({ of }: { of: Notifications }) {
  const choose = useChooseNotifications()
  const change = (next: Partial<Schemas['NotificationChange']>) =>
    choose.mutate({ quiet: of.quiet ?? undefined, kinds: of.kinds, ...next })
  const quiet = of.quiet
  return (
    <div className={styles.form}>
      <ul className={styles.rows}>
        {of.kinds.map(({ kind, choice }) => (
          <li key={kind}>
            <label className={styles.pick}>
              <span>{noticeWords[kind]}</span>
              <select
                value={choice} disabled={choose.isPending}
                onChange={(event) => {
                  const chosen = event.currentTarget.value as Choice
                  change({ kinds: of.kinds.map((k) => (k.kind === kind ? { kind, choice: chosen } : k)) })
                }}
              >
                <option value="always">At any time</option>
                <option value="quiet">Outside quiet hours</option>
                <option value="off">Never</option>
              </select>
            </label>
          </li>
        ))}
      </ul>
      {quiet ? (
        <div className={styles.line}>
          <TextInput
            key={`from${quiet.from}`} label="Quiet from" type="time" defaultValue={clock(quiet.from)}
            onBlur={(event) => { if (event.currentTarget.value) change({ quiet: { ...quiet, from: minuteOf(event.currentTarget.value) } }) }}
          />
          <TextInput
            key={`to${quiet.to}`} label="to" type="time" defaultValue={clock(quiet.to)}
            onBlur={(event) => { if (event.currentTarget.value) change({ quiet: { ...quiet, to: minuteOf(event.currentTarget.value) } }) }}
          />
          <Button variant="default" onClick={() => change({ quiet: undefined })}>No quiet hours</Button>
        </div>
      ) : (
        <div><Button variant="default" loading={choose.isPending} onClick={() => change({ quiet: night })}>Set quiet hours</Button></div>
      )}
      <p className={styles.quiet}>By the clocks of each home. What waits is told together when they end; many at once come as one message.</p>
      {choose.error && <p role="alert">{choose.error.message}</p>}
    </div>
  )
}
