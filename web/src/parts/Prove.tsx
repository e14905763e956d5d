import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import { api, must, Refusal } from '../api/client'
import { canPasskey, enterByPasskey, useAccount } from '../data/account'
import { keys } from '../data/keys'
import styles from './Prove.module.css'

/** Whether a refusal asks to prove once more who somebody is. */
export const wantsProof = (error: Error | null) => error instanceof Refusal && error.code === 'proof_needed'

/** Whether a refusal asks to set up first what proves who somebody is. */
const wantsFactor = (error: Error | null) => error instanceof Refusal && error.code === 'factor_needed'

/** What went wrong, the way to what is missing, or the question who it is, after which it is tried again. */
export function Trouble({ error, again }: { error: Error | null; again: () => void }) {
  if (wantsProof(error)) return <Prove onProved={again} />
  if (wantsFactor(error)) {
    return (
      <p role="alert" className={styles.wrong}>
        {error?.message} <Link to="/account">Go to your account</Link>
      </p>
    )
  }
  return error ? <p role="alert" className={styles.wrong}>{error.message}</p> : null
}

function Prove({ onProved }: { onProved: () => void }) {
  const account = useAccount()
  const queries = useQueryClient()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const prove = useMutation({
    mutationFn: () => must(api.POST('/session/proof', { body: { password, code: code || undefined } })),
    onSuccess: onProved,
  })
  const passkey = useMutation({
    mutationFn: enterByPasskey,
    onSuccess: (session) => {
      queries.setQueryData(keys.session, session)
      onProved()
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    prove.mutate()
  }
  const error = prove.error ?? passkey.error
  return (
    <form className={styles.prove} onSubmit={submit} aria-label="Prove that it is you">
      <p>To be sure that it is you, once more:</p>
      {account.data?.password && (
        <>
          <PasswordInput
            label="Password" autoComplete="current-password" value={password} error={error?.message}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {account.data.codes && (
            <TextInput
              label="One-time or recovery code" inputMode="numeric" autoComplete="one-time-code" value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={prove.isPending} disabled={!password}>Go on</Button>
        </>
      )}
      {canPasskey() && <Button variant="default" loading={passkey.isPending} onClick={() => passkey.mutate()}>Use a passkey</Button>}
    </form>
  )
}
