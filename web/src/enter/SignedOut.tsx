import { Door } from '../parts/Door'
import { SignIn } from './SignIn'

/** How to get a new way in. */
export function NewLink() {
  return (
    <>
      <p>
        To get a new link, run this on the computer where Logis runs, and open what it prints in this browser:
      </p>
      <p>
        <code>logis-server link</code>
      </p>
    </>
  )
}

/** What somebody sees who is not signed in. */
export function SignedOut() {
  return (
    <Door title="Welcome to Logis">
      <p>Nobody is signed in on this device.</p>
      <SignIn />
      <details>
        <summary>Neither passkey nor password?</summary>
        <NewLink />
      </details>
    </Door>
  )
}
