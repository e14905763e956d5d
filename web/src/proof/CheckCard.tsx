import { Button } from '@mantine/core'
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react'
import { type Checking, useCheck } from '../data/check'
import { useProof } from '../data/proof'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { proofWords } from '../words/proof'
import { Bar } from './Bar'
import styles from './Proof.module.css'

/** How far the history is signed for, and a check of all of it now. */
export function CheckCard() {
  const { home, zone } = useScene()
  const proof = useProof(home).data
  const { checking, begin } = useCheck(home)
  const wrong = proof?.signed?.sound === false || checking.state === 'bad'
  const Mark = wrong ? IconAlertTriangle : IconShieldCheck
  return (
    <Card title="Nobody rewrote it">
      <p className={styles.verdict} data-wrong={wrong || undefined} role={wrong ? 'alert' : undefined}>
        <Mark size={26} aria-hidden />
        {proofWords(proof, zone) ?? 'Looking …'}
      </p>
      <div className={styles.act}>
        <Button loading={checking.state === 'running'} onClick={begin}>Check all of it now</Button>
        {checking.state === 'running' && <Bar label="Checked" done={checking.checked} all={checking.head} />}
      </div>
      <p role="status" className={styles.found}>{checkWords(checking)}</p>
      <details className={styles.fold}>
        <summary>What this proves</summary>
        <ul>
          <li>Each event carries a fingerprint of itself and of the one before. Whoever changes, removes, adds or moves one breaks all that follow.</li>
          <li>Every five minutes the newest fingerprint is signed and written to a second place, and each gateway remembers it, too. So the whole chain cannot be written anew unseen.</li>
          <li>The check computes every fingerprint again from what is stored, and compares it with all that was signed.</li>
          <li>It does not prove that a device told the truth, nor who somebody was; names stand beside the chain, because they can be erased.</li>
          <li>The check runs on this server. To believe nobody but yourself, download the history and check the file on a machine of yours.</li>
        </ul>
        {proof?.signed && (
          <dl className={styles.facts}>
            <dt>Newest signed event</dt>
            <dd className="numbers">{proof.signed.seq.toLocaleString('en')}</dd>
            <dt>Its fingerprint</dt>
            <dd><code>{proof.signed.hash}</code></dd>
            <dt>Signed by</dt>
            <dd><code>{proof.signed.key}</code></dd>
          </dl>
        )}
      </details>
    </Card>
  )
}

function checkWords({ state, checked, head, signed, bad, words }: Checking): string {
  const n = (count: number) => count.toLocaleString('en')
  switch (state) {
    case 'sound':
      return `All ${n(checked)} events are as they were written. Compared with ${signed === 1 ? 'one signature' : `${n(signed)} signatures`}.`
    case 'bad':
      return `Event ${n(bad ?? 0)} ${words}. The ${n(checked)} events before it are sound. Keep a copy of the database and of checkpoints.log: they are the evidence.`
    case 'failed':
      return `The check stopped after ${n(checked)} of ${n(head)} events: ${words}`
    default:
      return ''
  }
}
