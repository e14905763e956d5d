import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Schemas } from '../api/types'
import { useRemoveOwnWebhook, useSetOwnWebhook, useTryOwnWebhook } from '../data/notifications'
import { Copyable } from '../gateways/AddGateway'
import { Trouble } from '../parts/Prove'
import { ownStandingWords } from '../words/delivery'
import styles from './Account.module.css'
import { Day } from './Day'

/** A program of the person's own that is told what they are told. */
export function OwnWebhook({ of }: { of: Schemas['Notifications']['webhook'] }) {
  const set = useSetOwnWebhook()
  if (set.data) {
    return (
      <section aria-label="Webhook" className={styles.part}>
        <h3>Webhook</h3>
        <p>With this the program checks signatures (Standard Webhooks). Shown only once.</p>
        <Copyable label="Secret" text={set.data.secret} />
        <div><Button variant="default" onClick={() => set.reset()}>Done</Button></div>
      </section>
    )
  }
  return (
    <section aria-label="Webhook" className={styles.part}>
      <h3>Webhook</h3>
      {of && <Standing of={of} />}
      {of?.ended_at !== null && <Give busy={set.isPending} error={set.error} known={of?.url ?? ''} onGive={(url) => set.mutate(url)} />}
    </section>
  )
}

function Standing({ of }: { of: Schemas['OwnWebhook'] }) {
  const test = useTryOwnWebhook()
  const remove = useRemoveOwnWebhook()
  return (
    <>
      <ul className={styles.rows}>
        <li>
          <span>
            <strong>{of.url}</strong>{' '}
            <span role="status">{ownStandingWords(of)}</span>
            {of.delivered_at !== null && <Day at={of.delivered_at} prefix=", last told " />}
          </span>
          {of.ended_at === null && <Button variant="default" loading={test.isPending} onClick={() => test.mutate(undefined)}>Try it</Button>}
          <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>Forget it</Button>
        </li>
      </ul>
      {(test.error ?? remove.error) && <p role="alert">{(test.error ?? remove.error)?.message}</p>}
    </>
  )
}

function Give({ known, busy, error, onGive }: { known: string; busy: boolean; error: Error | null; onGive: (url: string) => void }) {
  const [url, setURL] = useState(known)
  const send = () => onGive(url.trim())
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <form onSubmit={submit} className={styles.form}>
      <div className={styles.line}>
        <TextInput
          label="Address of a program of yours" description="Public, and begins with https://" placeholder="https://example.org/hook" type="url"
          maxLength={500} value={url} onChange={(event) => setURL(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} disabled={!url.trim().startsWith('https://')}>Use it</Button>
      </div>
      <Trouble error={error} again={send} />
    </form>
  )
}
