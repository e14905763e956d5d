import { Button, Loader } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { arrival } from '../data/arrival'
import { comeBack } from '../data/openid'
import { Door } from '../parts/Door'

/** Where the OpenID provider sends people back to. */
export function CallbackPage() {
  const tried = useRef(false)
  const { mutate, error } = useMutation({ mutationFn: () => comeBack(arrival), onSuccess: (back) => location.replace(back) })
  useEffect(() => {
    if (tried.current) return
    tried.current = true // the answer is good once
    mutate()
  }, [mutate])
  if (error) {
    return (
      <Door title="That did not work">
        <p role="alert">{error.message}</p>
        <p>If you have never signed in here that way: sign in as usual and link the provider on your account page, or use the invitation you were given.</p>
        <Button size="md" onClick={() => location.replace('/')}>Back</Button>
      </Door>
    )
  }
  return (
    <Door title="Opening the door">
      <Loader aria-label="Signing in" />
    </Door>
  )
}
