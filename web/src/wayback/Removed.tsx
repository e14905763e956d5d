import { Button } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useScene } from '../data/Scene'
import { useBringBack } from '../data/wayback'
import { Trouble } from '../parts/Prove'
import styles from './WayBack.module.css'

interface RemovedProps {
  /** What was removed, by its ids. */
  things: readonly string[]
  /** How many of what: "2 rules". */
  words: string
  /** What is to be known of what is back. */
  note?: string | undefined
}

/** Says that things were removed, and brings them back. */
export function Removed({ things, words, note }: RemovedProps) {
  const { home } = useScene()
  const back = useBringBack(home)
  const undo = () => back.mutate(things)
  return (
    <div className={styles.removed} role="group" aria-label={`Removed ${words}`}>
      <p role="status">{back.isSuccess ? `${things.length === 1 ? 'It is' : 'They are'} back. ${note ?? ''}` : `Removed ${words}.`}</p>
      {!back.isSuccess && (
        <Button variant="default" leftSection={<IconArrowBackUp size={18} aria-hidden />} loading={back.isPending} onClick={undo}>Undo</Button>
      )}
      <Trouble error={back.error} again={undo} />
    </div>
  )
}
