import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Webhook } from '../api/types'
import { useScene } from '../data/Scene'
import { useAddWebhook, useCallWebhook, useNewSecret, useRemoveWebhook, useTurnWebhook, useWebhooks } from '../data/webhooks'
import { CutOff } from '../frame/Banners'
import { Copyable } from '../gateways/AddGateway'
import { When } from '../parts/Age'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { Sure } from '../parts/Sure'
import { standingWords, topicWords } from '../words/delivery'
import styles from './Webhooks.module.css'

/** Who outside the home is told what happens in it. */
export function WebhooksPage() {
  const { picture } = useScene()
  const home = picture.home.id
  const webhooks = useWebhooks(home, picture.home.role, true)
  return (
    <>
      <title>{`Webhooks – ${picture.home.name}`}</title>
      <CutOff />
      <div className={styles.intro}>
        <h1>Webhooks</h1>
        <p>A program of yours elsewhere is told what happens here, in order, and can check that it comes from this home.</p>
      </div>
      {webhooks.error && <p role="alert">{webhooks.error.message}</p>}
      <div className={styles.cards}>
        {webhooks.data?.map((webhook) => <One key={webhook.id} home={home} webhook={webhook} />)}
        <Add home={home} />
      </div>
    </>
  )
}

function One({ home, webhook }: { home: string; webhook: Webhook }) {
  const turn = useTurnWebhook(home)
  const call = useCallWebhook(home)
  const remove = useRemoveWebhook(home)
  const renew = useNewSecret(home)
  const [asking, setAsking] = useState(false)
  const on = webhook.stopped === null
  const flip = () => turn.mutate({ webhook, on: !on })
  return (
    <Card title={webhook.name}>
      <p className={styles.address}>{webhook.url}</p>
      <p role="status" className={on && webhook.failures === 0 ? undefined : styles.trouble}>
        {standingWords(webhook)}
        {webhook.delivered_at !== null && <When at={webhook.delivered_at} prefix=", last told " />}
      </p>
      <p className={styles.quiet}>
        Is told: {webhook.types.map((type) => (topicWords[type] ?? type).toLowerCase()).join('; ') || 'only what rules call it for'}
      </p>
      {renew.data && <Secret text={renew.data.secret} onDone={() => renew.reset()} />}
      <div className={styles.acts}>
        <Button variant="default" disabled={!on} loading={call.isPending} onClick={() => call.mutate(webhook)}>Try it</Button>
        <Button variant="default" loading={turn.isPending} onClick={flip}>{on ? 'Switch off' : 'Switch on'}</Button>
        <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate(webhook)}>New secret</Button>
        {!asking && <Button variant="default" onClick={() => setAsking(true)}>Remove…</Button>}
      </div>
      {asking && (
        <Sure
          question={`Remove ${webhook.name}? It is told nothing any more, and rules that call it fail there.`} yes="Remove"
          busy={remove.isPending} error={remove.error} onYes={() => remove.mutate(webhook)} onNo={() => setAsking(false)}
        />
      )}
      <Trouble error={turn.error} again={flip} />
      <Trouble error={renew.error} again={() => renew.mutate(webhook)} />
      <Trouble error={call.error} again={() => call.mutate(webhook)} />
    </Card>
  )
}

function Secret({ text, onDone }: { text: string; onDone: () => void }) {
  return (
    <div className={styles.form}>
      <p>With this the program checks signatures (Standard Webhooks). Shown only once.</p>
      <Copyable label="Secret" text={text} />
      <div><Button variant="default" onClick={onDone}>Done</Button></div>
    </div>
  )
}

function Add({ home }: { home: string }) {
  const add = useAddWebhook(home)
  const [name, setName] = useState('')
  const [url, setURL] = useState('')
  const [types, setTypes] = useState(['device'])
  const send = () => add.mutate({ name: name.trim(), url: url.trim(), types }, { onSuccess: () => { setName(''); setURL('') } })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  if (add.data) {
    return <Card title={`${add.data.webhook.name} is there`}><Secret text={add.data.secret} onDone={() => add.reset()} /></Card>
  }
  return (
    <Card title="Add a webhook">
      <form onSubmit={submit} className={styles.form}>
        <TextInput label="What to call it" placeholder="My server" maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          label="Address" description="Public, and begins with https://" placeholder="https://example.org/hook" type="url" maxLength={500}
          value={url} onChange={(event) => setURL(event.currentTarget.value)}
        />
        <fieldset className={styles.topics}>
          <legend>What to tell it, beside what rules call it for</legend>
          {Object.entries(topicWords).map(([type, words]) => (
            <label key={type}>
              <input
                type="checkbox" checked={types.includes(type)}
                onChange={(event) => setTypes(event.currentTarget.checked ? [...types, type] : types.filter((t) => t !== type))}
              />
              {words}
            </label>
          ))}
        </fieldset>
        <Trouble error={add.error} again={send} />
        <div><Button type="submit" loading={add.isPending} disabled={!name.trim() || !url.trim()}>Add it</Button></div>
      </form>
    </Card>
  )
}
