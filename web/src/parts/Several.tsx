import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import styles from './Several.module.css'
import { Sure } from './Sure'

/** Some of the things of a page, by their ids. */
export function useChosen<T extends { id: string }>(items: readonly T[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  return {
    picked: items.filter(({ id }) => chosen.has(id)),
    has: (id: string) => chosen.has(id),
    choose: (id: string, on: boolean) => {
      const next = new Set(chosen)
      if (on) next.add(id)
      else next.delete(id)
      setChosen(next)
    },
    none: () => setChosen(new Set()),
  }
}

/** Does something with each, and says whether all of it was done. */
export async function doneWithAll<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<boolean> {
  const ends = await Promise.allSettled(items.map(act))
  return ends.every(({ status }) => status === 'fulfilled')
}

/** Removes each, and returns those that are gone. */
export async function removedOf<T>(items: readonly T[], remove: (item: T) => Promise<unknown>): Promise<T[]> {
  const ends = await Promise.allSettled(items.map(remove))
  return items.filter((_, i) => ends[i]?.status === 'fulfilled')
}

interface SeveralProps {
  /** How many of what are chosen: "2 rules". */
  words: string
  /** What is said before they are removed. */
  warning: string
  removing: boolean
  error: Error | null
  onRemove: () => void
  onNone: () => void
  /** What else can be done with them. */
  children: ReactNode
}

/** What can be done with several things at once. */
export function Several({ words, warning, removing, error, onRemove, onNone, children }: SeveralProps) {
  const [sure, setSure] = useState(false)
  if (sure) {
    return (
      <div className={styles.several}>
        <Sure
          question={`Remove ${words}? ${warning}`}
          yes={`Remove ${words}`}
          busy={removing}
          error={error}
          onYes={onRemove}
          onNo={() => setSure(false)}
        />
      </div>
    )
  }
  return (
    <div className={styles.several} role="group" aria-label={`${words} chosen`}>
      <strong>{words} chosen</strong>
      {children}
      <Button variant="default" onClick={() => setSure(true)}>Remove…</Button>
      <Button variant="subtle" onClick={onNone}>Choose none</Button>
      {error && <p role="alert">{error.message}</p>}
    </div>
  )
}
