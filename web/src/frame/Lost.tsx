import { Link } from '@tanstack/react-router'
import { Door } from '../parts/Door'

/** What is shown where nothing is. */
export function Lost() {
  return (
    <Door title="Nothing lives here">
      <p>The page may have moved, or the link is incomplete.</p>
      <Link to="/">Go home</Link>
    </Door>
  )
}
