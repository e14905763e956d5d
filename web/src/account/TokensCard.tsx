import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { api, must } from '../api/client'
import { useAccountChange, useTokens } from '../data/account'
import { useHomes } from '../data/homes'
import { Copyable } from '../gateways/AddGateway'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import styles from './Account.module.css'
import { Day } from './Day'

const kinds = {
  look: { label: 'Only look', actions: ['home.read'] },
  past: { label: 'Look, at the past too', actions: ['home.read', 'history.read'] },
  control: { label: 'Look and control lights, blinds and heating', actions: ['home.read', 'history.read', 'device.command'], classes: ['C', 'D'] as ('C' | 'D')[] },
}

/** What programs of the person come with. */
export function TokensCard() {
  const tokens = useTokens()
  const homes = useHomes()
  const [name, setName] = useState('')
  const [home, setHome] = useState('')
  const [kind, setKind] = useState<keyof typeof kinds>('look')
  const [days, setDays] = useState('90')
  const make = useAccountChange((body: { name: string; home: string; actions: string[]; classes?: ('C' | 'D')[]; days: number }) =>
    must(api.POST('/account/tokens', { body })),
  )
  const end = useAccountChange((token: string) => must(api.DELETE('/account/tokens/{token}', { params: { path: { token } } })))
  const send = () => {
    const { actions, ...rest } = kinds[kind]
    make.mutate({
      name: name.trim(), home: home || (homes.data?.[0]?.id ?? ''), actions, classes: 'classes' in rest ? rest.classes : undefined,
      days: Number(days),
    })
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <Card title="Tokens for programs">
      <ul className={styles.rows}>
        {tokens.data?.map((token) => (
          <li key={token.id}>
            <span>
              <strong>{token.name}</strong> {token.actions.join(', ')}
              {token.classes.length > 0 && ` (class ${token.classes.join(', ')})`} · <Day at={token.expires_at} prefix="until " />
            </span>
            <Button variant="default" aria-label={`End ${token.name}`} onClick={() => end.mutate(token.id)}>End</Button>
          </li>
        ))}
      </ul>
      {end.error && <p role="alert">{end.error.message}</p>}
      {make.data ? (
        <div className={styles.form}>
          <p>Give this to the program. Shown only once.</p>
          <Copyable label="Token" text={make.data.secret} />
          <div><Button variant="default" onClick={() => { make.reset(); setName('') }}>Done</Button></div>
        </div>
      ) : (
        <form onSubmit={submit} className={styles.form}>
          <TextInput label="What it is for" placeholder="Script on my laptop" maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <div className={styles.line}>
            <label className={styles.pick}>
              <span>Home</span>
              <select value={home} onChange={(event) => setHome(event.currentTarget.value)}>
                {homes.data?.map((h) => <option key={h.id} value={h.id}>{h.name}</option>)}
              </select>
            </label>
            <label className={styles.pick}>
              <span>It may</span>
              <select value={kind} onChange={(event) => setKind(event.currentTarget.value as keyof typeof kinds)}>
                {Object.entries(kinds).map(([key, { label }]) => <option key={key} value={key}>{label}</option>)}
              </select>
            </label>
            <label className={styles.pick}>
              <span>For</span>
              <select value={days} onChange={(event) => setDays(event.currentTarget.value)}>
                <option value="7">a week</option>
                <option value="90">90 days</option>
                <option value="366">a year</option>
              </select>
            </label>
          </div>
          <Trouble error={make.error} again={send} />
          <div><Button type="submit" loading={make.isPending} disabled={!name.trim()}>Make a token</Button></div>
        </form>
      )}
    </Card>
  )
}
