import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Schemas } from '../api/types'
import { useConfirmAddress, useRemoveAddress, useSetAddress } from '../data/notifications'
import { Trouble } from '../parts/Prove'
import styles from './Account.module.css'

/** The e-mail address that is told, once a code that was sent there came back. */
export function Address({ of }: { of: Schemas['Notifications'] }) {
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
