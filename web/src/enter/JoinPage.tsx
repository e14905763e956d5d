import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import { api, must } from '../api/client'
import { keys } from '../data/keys'
import { useSession } from '../data/session'
import { Door } from '../parts/Door'
import { ProviderButton } from './ProviderButton'

/** Joins a home by an invitation: as who is signed in, or as somebody new. */
export function JoinPage() {
  const session = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [link] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const [name, setName] = useState('')
  const join = useMutation({
    mutationFn: () => must(api.POST('/invitations/accept', { body: { link, name: session.data ? undefined : name.trim() } })),
    onSuccess: (joined) => {
      queries.setQueryData(keys.session, joined.session)
      void queries.invalidateQueries({ queryKey: keys.homes })
      void navigate({ to: '/homes/$home', params: { home: joined.home }, replace: true })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    join.mutate()
  }
  if (link === '') {
    return <Door title="This link is not whole"><p>Ask whoever invited you for the whole link.</p></Door>
  }
  return (
    <Door title="You are invited">
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        {session.data ? (
          <p>You join as {session.data.person.name}.</p>
        ) : (
          <TextInput
            label="Your name" size="md" maxLength={80} autoComplete="name" value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        {join.error && <p role="alert">{join.error.message}</p>}
        <Button type="submit" size="md" loading={join.isPending} disabled={!session.data && !name.trim()}>Join the home</Button>
        {!session.data && <ProviderButton verb="Join" invitation={{ link, name: name.trim() }} />}
      </form>
    </Door>
  )
}
