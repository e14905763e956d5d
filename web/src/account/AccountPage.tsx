import { Button, PasswordInput, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import { api, must } from '../api/client'
import { canPasskey, makePasskey, useAccount, useAccountChange, usePasskeys, useSessions } from '../data/account'
import { useSession } from '../data/session'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { agentWords } from '../words/agents'
import styles from './Account.module.css'
import { AppsCard, GrantsCard } from './AppsCard'
import { CodesCard } from './CodesCard'
import { Day } from './Day'
import { EraseCard } from './EraseCard'
import { NotificationsCard } from './NotificationsCard'
import { ProviderCard } from './ProviderCard'
import { TokensCard } from './TokensCard'

/** How the person signs in, where they are signed in, and what comes in their name. */
export function AccountPage() {
  const session = useSession()
  return (
    <main className={styles.page} id="main" tabIndex={-1}>
      <title>Your account – Logis</title>
      <header className={styles.head}>
        <Link to="/">Back to the home</Link>
        <h1>{session.data?.person.name}</h1>
      </header>
      <PasskeysCard />
      <PasswordCard />
      <CodesCard />
      <ProviderCard />
      <NotificationsCard />
      <SessionsCard />
      <GrantsCard />
      <TokensCard />
      <AppsCard />
      {session.data && <EraseCard name={session.data.person.name} />}
    </main>
  )
}

function PasskeysCard() {
  const passkeys = usePasskeys()
  const [name, setName] = useState('')
  const make = useAccountChange((name: string) => makePasskey(name))
  const remove = useAccountChange((passkey: string) =>
    must(api.DELETE('/account/passkeys/{passkey}', { params: { path: { passkey } } })),
  )
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    make.mutate(name.trim(), { onSuccess: () => setName('') })
  }
  return (
    <Card title="Passkeys">
      <p className={styles.quiet}>The safest way in: your phone or computer knows you, and nothing can be guessed or copied.</p>
      <ul className={styles.rows}>
        {passkeys.data?.map((key) => (
          <li key={key.id}>
            <span><strong>{key.name}</strong>{' '}<Day at={key.used_at ?? key.created_at} prefix={key.used_at ? 'used ' : 'added '} /></span>
            <Button variant="default" aria-label={`Remove ${key.name}`} onClick={() => remove.mutate(key.id)}>Remove</Button>
          </li>
        ))}
      </ul>
      {canPasskey() ? (
        <form onSubmit={submit} className={styles.line}>
          <TextInput label="What to call it" placeholder="My phone" maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Button type="submit" loading={make.isPending} disabled={!name.trim()}>Add a passkey</Button>
        </form>
      ) : (
        <p>Passkeys need HTTPS, or Logis on this very computer.</p>
      )}
      <Trouble error={make.error} again={() => make.mutate(name.trim())} />
      <Trouble error={remove.error} again={() => remove.variables && remove.mutate(remove.variables)} />
    </Card>
  )
}

function PasswordCard() {
  const account = useAccount()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const set = useAccountChange((body: { login: string; password: string }) => must(api.POST('/account/password', { body })))
  const name = login || account.data?.login || ''
  const send = () => set.mutate({ login: name, password }, { onSuccess: () => setPassword('') })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <Card title={account.data?.password ? 'Change the password' : 'Set a password'}>
      <form onSubmit={submit} className={styles.form}>
        <TextInput
          label="Name to sign in with" autoComplete="username" autoCapitalize="none" maxLength={64} value={name}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password" description="At least 8 characters; several words are good." autoComplete="new-password" maxLength={128}
          value={password} onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Trouble error={set.error} again={send} />
        {set.isSuccess && <p role="status">The password is set. Other browsers are signed out.</p>}
        <div><Button type="submit" loading={set.isPending} disabled={name.length < 3 || password.length < 8}>Set the password</Button></div>
      </form>
    </Card>
  )
}

function SessionsCard() {
  const sessions = useSessions()
  const end = useAccountChange((session: string) =>
    must(api.DELETE('/account/sessions/{session}', { params: { path: { session } } })),
  )
  return (
    <Card title="Where you are signed in">
      <ul className={styles.rows}>
        {sessions.data?.map((session) => (
          <li key={session.id}>
            <span>
              <strong>{session.current ? 'This browser' : agentWords(session.agent)}</strong>{' '}
              <Day at={session.created_at} prefix="since " />
            </span>
            {!session.current && <Button variant="default" onClick={() => end.mutate(session.id)}>Sign out</Button>}
          </li>
        ))}
      </ul>
      {end.error && <p role="alert">{end.error.message}</p>}
    </Card>
  )
}
