import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy, IconPlus } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { Claim } from '../api/types'
import { useClaim } from '../data/arrange'
import { useScene } from '../data/Scene'
import { useNow } from '../data/useNow'
import { Card } from '../parts/Card'
import { countdown } from '../words/ages'
import styles from './Gateways.module.css'

/** Makes the permission for one new gateway and says what to do with it. */
export function AddGateway({ first }: { first: boolean }) {
  const { picture } = useScene()
  const claim = useClaim(picture.home.id)
  const known = [...picture.gateways.keys()].join(' ')
  const [before, setBefore] = useState<string | null>(null)
  const came = before !== null && known !== before
  const { reset } = claim
  useEffect(() => {
    if (came) reset() // the code is used up
  }, [came, reset])

  return (
    <Card title={first ? 'Add your first gateway' : 'Add a gateway'}>
      {came && (
        <p className={styles.came} role="status">
          <IconCheck size={20} aria-hidden /> The gateway is here. Its devices appear by themselves once it runs.
        </p>
      )}
      {claim.data ? (
        <Claimed claim={claim.data} again={() => claim.mutate(undefined)} />
      ) : (
        <>
          <p className={styles.quiet}>
            You get a code that lets one gateway into this home, once, within ten minutes.
          </p>
          {claim.error && <p role="alert">{claim.error.message}</p>}
          <div>
            <Button
              size="md"
              leftSection={<IconPlus size={18} aria-hidden />}
              loading={claim.isPending}
              onClick={() => {
                setBefore(known)
                claim.mutate(undefined)
              }}
            >
              Add a gateway
            </Button>
          </div>
        </>
      )}
    </Card>
  )
}

/** The command that makes a computer in the home a gateway of it. It asks for the code: a command can be seen by others. */
function pairCommand(known: boolean): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `logis-edge pair${known ? ' --again' : ''} --server ${scheme}://${location.host}`
}

interface ClaimedProps {
  claim: Claim
  /** Whether it is for a gateway that is here already. */
  known?: boolean
  again: () => void
}

/** What to do with a code. */
export function Claimed({ claim, known = false, again }: ClaimedProps) {
  const left = Date.parse(claim.expires_at) - useNow(1000)
  if (left <= 0) {
    return (
      <>
        <p>The code was not used in time and is worth nothing now.</p>
        <div>
          <Button size="md" onClick={again}>Make a new code</Button>
        </div>
      </>
    )
  }
  return (
    <div className={styles.claim}>
      <ol className={styles.steps}>
        <li>Go to the computer in your home that should be the gateway.</li>
        <li>
          Run this there:
          <Copyable label="Command" text={pairCommand(known)} />
        </li>
        <li>
          It asks for this code:
          <Copyable label="Code" text={claim.claim} />
        </li>
        <li>It shows eight letters, and so does this page. Compare them here.</li>
        <li>Start it as it says then.</li>
      </ol>
      <p className={styles.quiet}>
        Shown only once. Good for another <strong className="numbers">{countdown(left)}</strong> minutes.
      </p>
    </div>
  )
}

/** A text that is copied by a press. */
export function Copyable({ label, text }: { label: string; text: string }) {
  return (
    <div className={styles.copy} role="group" aria-label={label}>
      <code>{text}</code>
      <CopyButton value={text} timeout={2000}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            onClick={copy}
            leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
          >
            {copied ? 'Copied' : `Copy ${label.toLowerCase()}`}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
