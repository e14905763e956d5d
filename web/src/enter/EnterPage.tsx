import { Button, Loader } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Refusal } from '../api/client'
import { useEnter } from '../data/session'
import { Door } from '../parts/Door'
import { NewLink } from './SignedOut'

/** Opens the door with the token of a one-time link, then goes home. */
export function EnterPage() {
  const enter = useEnter()
  const navigate = useNavigate()
  const tried = useRef(false)
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const { mutate } = enter

  useEffect(() => {
    if (tried.current || token === '') return
    tried.current = true // the link works once
    history.replaceState(null, '', location.pathname) // and should not stay in the address bar
    mutate(token)
  }, [mutate, token])

  useEffect(() => {
    if (enter.isSuccess) void navigate({ to: '/', replace: true })
  }, [enter.isSuccess, navigate])

  if (token === '' || (enter.error instanceof Refusal && enter.error.status === 401)) {
    return (
      <Door title="This link no longer works">
        <p>Each link opens the door once and only for a short while.</p>
        <NewLink />
      </Door>
    )
  }
  if (enter.error) {
    return (
      <Door title="Nobody answered">
        <p role="alert">{enter.error.message} Your link may still be good.</p>
        <Button size="md" onClick={() => mutate(token)}>Try again</Button>
      </Door>
    )
  }
  return (
    <Door title="Opening the door">
      <Loader aria-label="Signing in" />
    </Door>
  )
}
