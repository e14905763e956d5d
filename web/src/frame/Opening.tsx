import { Button, Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Refusal } from '../api/client'
import { Door } from '../parts/Door'
import styles from './Frame.module.css'

/** The shape of a home before it is there. */
export function Opening() {
  return (
    <div className={styles.opening} role="status" aria-label="Loading the home">
      <Skeleton height={34} width="40%" radius="md" />
      <Skeleton height={20} width="65%" radius="md" />
      <div className={styles.openingTiles}>
        {Array.from({ length: 8 }, (_, i) => (
          <Skeleton key={i} height={132} radius={22} />
        ))}
      </div>
    </div>
  )
}

/** A home that cannot be shown. */
export function Unopened({ error, again }: { error: Error; again: () => void }) {
  const none = error instanceof Refusal && (error.status === 404 || error.status === 403)
  return (
    <Door title={none ? 'This is not a home of yours' : 'Logis does not answer'}>
      <p role="alert">{none ? 'It may be gone, or you may not be a member any more.' : error.message}</p>
      {none ? <Link to="/">Go to your home</Link> : <Button size="md" onClick={again}>Try again</Button>}
    </Door>
  )
}
