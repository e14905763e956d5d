import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { api, must } from '../api/client'
import { useAccount, useAccountChange } from '../data/account'
import { Copyable } from '../gateways/AddGateway'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import styles from './Account.module.css'

/** One-time codes beside the password, and the codes for when they are lost. */
export function CodesCard() {
  const account = useAccount()
  const [code, setCode] = useState('')
  const begin = useAccountChange((_: null) => must(api.POST('/account/codes')))
  const confirm = useAccountChange((code: string) => must(api.POST('/account/codes/confirm', { body: { code } })))
  const remove = useAccountChange((_: null) => must(api.DELETE('/account/codes')))
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    confirm.mutate(code)
  }
  if (!account.data?.password) return null
  if (confirm.data) {
    return (
      <Card title="Recovery codes">
        <p>Keep these where you find them without your phone. Each stands in for a one-time code, once. Shown only now.</p>
        <Copyable label="Codes" text={confirm.data.codes.join(' ')} />
        <div><Button variant="default" onClick={() => { confirm.reset(); begin.reset() }}>I have kept them</Button></div>
      </Card>
    )
  }
  return (
    <Card title="One-time codes">
      {account.data.codes ? (
        <>
          <p className={styles.quiet}>A code is asked for beside the password. {account.data.recovery} recovery codes are left.</p>
          <div><Button variant="default" loading={remove.isPending} onClick={() => remove.mutate(null)}>Do without codes</Button></div>
          <Trouble error={remove.error} again={() => remove.mutate(null)} />
        </>
      ) : begin.data ? (
        <form onSubmit={submit} className={styles.form}>
          <p>Type this key into an authenticator app, then the code it shows:</p>
          <Copyable label="Key" text={new URL(begin.data.address).searchParams.get('secret') ?? ''} />
          <TextInput
            label="Code" inputMode="numeric" autoComplete="one-time-code" maxLength={6} w={160} value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Trouble error={confirm.error} again={() => confirm.mutate(code)} />
          <div><Button type="submit" loading={confirm.isPending} disabled={code.length !== 6}>Confirm</Button></div>
        </form>
      ) : (
        <>
          <p className={styles.quiet}>A code of your phone beside the password: who learns the password still does not get in.</p>
          <div><Button loading={begin.isPending} onClick={() => begin.mutate(null)}>Begin with one-time codes</Button></div>
          <Trouble error={begin.error} again={() => begin.mutate(null)} />
        </>
      )}
    </Card>
  )
}
