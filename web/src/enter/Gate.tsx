import { Button, Loader } from '@mantine/core'
import { Outlet } from '@tanstack/react-router'
import { useSession } from '../data/session'
import { Door } from '../parts/Door'
import { SignedOut } from './SignedOut'

/** Lets signed-in people through. */
export function Gate() {
  const session = useSession()
  if (session.data) return <Outlet />
  if (session.data === null) return <SignedOut />
  if (session.isError) {
    return (
      <Door title="Logis does not answer">
        <p role="alert">Check that the server runs and that you are connected to your network.</p>
        <Button size="md" onClick={() => void session.refetch()}>Try again</Button>
      </Door>
    )
  }
  return (
    <Door title="Just a moment">
      <Loader aria-label="Loading" />
    </Door>
  )
}
