import { Button, Checkbox, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { api, must } from '../api/client'
import { useAccountChange } from '../data/account'
import { useApps, useGrants } from '../data/apps'
import { useHomes } from '../data/homes'
import { Copyable } from '../gateways/AddGateway'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { grantWords } from '../words/apps'
import styles from './Account.module.css'
import { Day } from './Day'

/** The apps and assistants that act for the person. */
export function GrantsCard() {
  const grants = useGrants()
  const homes = useHomes()
  const end = useAccountChange((grant: string) => must(api.DELETE('/account/grants/{grant}', { params: { path: { grant } } })))
  return (
    <Card title="Apps that act for you">
      {grants.data?.length === 0 && <p className={styles.quiet}>None. An app or a voice assistant that you link shows up here.</p>}
      <ul className={styles.rows}>
        {grants.data?.map((grant) => (
          <li key={grant.id}>
            <span>
              <strong>{grant.app}</strong> in {homes.data?.find(({ id }) => id === grant.home)?.name ?? 'a home you left'}.{' '}
              {grantWords(grant)} <Day at={grant.used_at ?? grant.created_at} prefix={grant.used_at ? 'Came last ' : 'Allowed '} />
            </span>
            <Button variant="default" aria-label={`End ${grant.app}`} onClick={() => end.mutate(grant.id)}>End</Button>
          </li>
        ))}
      </ul>
      {end.error && <p role="alert">{end.error.message}</p>}
    </Card>
  )
}

/** The apps that the person makes for others. */
export function AppsCard() {
  const apps = useApps()
  const [name, setName] = useState('')
  const [redirect, setRedirect] = useState('')
  const [open, setOpen] = useState(false)
  const make = useAccountChange((body: { name: string; redirects: string[]; public: boolean }) => must(api.POST('/account/apps', { body })))
  const remove = useAccountChange((app: string) => must(api.DELETE('/account/apps/{app}', { params: { path: { app } } })))
  const send = () => make.mutate({ name: name.trim(), redirects: redirect.split(/\s+/).filter(Boolean), public: open })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <Card title="Apps you make">
      <p className={styles.quiet}>For developers: an app registered here can ask people of this Logis, by OAuth, to act for them.</p>
      <ul className={styles.rows}>
        {apps.data?.map((app) => (
          <li key={app.id}>
            <span><strong>{app.name}</strong> <code>{app.id}</code></span>
            <Button variant="default" aria-label={`Remove ${app.name}`} onClick={() => remove.mutate(app.id)}>Remove</Button>
          </li>
        ))}
      </ul>
      {remove.error && <p role="alert">{remove.error.message}</p>}
      {make.data ? (
        <div className={styles.form}>
          <Copyable label="client_id" text={make.data.app.id} />
          {make.data.secret && <><p>The secret is shown only once.</p><Copyable label="client_secret" text={make.data.secret} /></>}
          <div><Button variant="default" onClick={() => { make.reset(); setName(''); setRedirect('') }}>Done</Button></div>
        </div>
      ) : (
        <form onSubmit={submit} className={styles.form}>
          <TextInput label="What people are told it is called" maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput
            label="Where people are sent back" placeholder="https://app.example.org/callback" value={redirect}
            onChange={(event) => setRedirect(event.currentTarget.value)}
          />
          <Checkbox radius="xs" size="md" label="It runs on phones or in browsers and can keep no secret" checked={open} onChange={(event) => setOpen(event.currentTarget.checked)} />
          <Trouble error={make.error} again={send} />
          <div><Button type="submit" loading={make.isPending} disabled={!name.trim() || !redirect.trim()}>Register the app</Button></div>
        </form>
      )}
    </Card>
  )
}
