import { Button } from '@mantine/core'
import type { Newcomer } from '../api/types'
import { useDecide, useNewcomers } from '../data/newcomers'
import { useScene } from '../data/Scene'
import { useNow } from '../data/useNow'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { countdown } from '../words/ages'
import styles from './Gateways.module.css'

/** Who wants to come in: asked one by one, with the letters that must be the same there. */
export function Newcomers() {
  const { picture } = useScene()
  const waiting = useNewcomers(picture.home.id)
  return waiting.data?.map((newcomer) => <Question key={newcomer.letters} newcomer={newcomer} />)
}

function Question({ newcomer }: { newcomer: Newcomer }) {
  const { picture } = useScene()
  const decide = useDecide(picture.home.id)
  const left = Date.parse(newcomer.expires_at) - useNow(1000)
  const name = picture.gateways.get(newcomer.gateway)?.name
  const title = newcomer.known && name ? `${name} asks for a new key` : 'A gateway wants to come in'
  if (left <= 0) return null
  return (
    <Card title={title}>
      <p>Does your gateway show the same letters?</p>
      <p className={styles.letters}>{newcomer.letters}</p>
      <p className={styles.quiet}>
        Look at the gateway itself: <code>logis-edge pair</code> and <code>logis-edge status</code> show them. If they
        differ, or nobody is adding a gateway, say no. Waits for another{' '}
        <strong className="numbers">{countdown(left)}</strong> minutes.
      </p>
      <Trouble error={decide.error} again={() => decide.variables && decide.mutate(decide.variables)} />
      <div className={styles.answers}>
        <Button
          size="md"
          loading={decide.isPending && decide.variables.same}
          disabled={decide.isPending}
          onClick={() => decide.mutate({ letters: newcomer.letters, same: true })}
        >
          Yes, the same
        </Button>
        <Button
          size="md"
          variant="default"
          loading={decide.isPending && !decide.variables.same}
          disabled={decide.isPending}
          onClick={() => decide.mutate({ letters: newcomer.letters, same: false })}
        >
          No, send it away
        </Button>
      </div>
    </Card>
  )
}
