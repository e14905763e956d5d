import { Button, PasswordInput, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'
import { api, must } from '../api/client'
import { canPasskey, enterByPasskey } from '../data/account'
import { keys } from '../data/keys'
import { wantsProof } from '../parts/Prove'
import { ProviderButton } from './ProviderButton'

/** Signs in with a passkey, or with a password and, where it is asked for, a code. */
export function SignIn() {
  const queries = useQueryClient()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const enter = useMutation({
    mutationFn: () => must(api.POST('/session/password', { body: { login, password, code: code || undefined } })),
    onSuccess: (session) => queries.setQueryData(keys.session, session),
  })
  const passkey = useMutation({
    mutationFn: enterByPasskey,
    onSuccess: (session) => queries.setQueryData(keys.session, session),
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  const asksCode = wantsProof(enter.error) || code !== ''
  return (
    <>
      {canPasskey() && (
        <Button size="md" leftSection={<IconFingerprint size={20} aria-hidden />} loading={passkey.isPending} onClick={() => passkey.mutate()}>
          Sign in with a passkey
        </Button>
      )}
      {passkey.error && <p role="alert">{passkey.error.message}</p>}
      <ProviderButton />
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <TextInput
          label="Name to sign in with" size="md" autoComplete="username" autoCapitalize="none" value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password" size="md" autoComplete="current-password" value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {asksCode && (
          <TextInput
            label="One-time or recovery code" size="md" inputMode="numeric" autoComplete="one-time-code" value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        {enter.error && <p role="alert">{enter.error.message}</p>}
        <Button type="submit" size="md" variant="default" loading={enter.isPending} disabled={!login || !password}>Sign in</Button>
      </form>
    </>
  )
}
