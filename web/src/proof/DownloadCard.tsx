import { Button, NativeSelect, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { clock } from '../data/clock'
import { type Progress, useExport } from '../data/export'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { localInstant, localText } from '../timeline/zone'
import { Bar } from './Bar'
import styles from './Proof.module.css'

const day = 86_400_000
const stretches = [
  { value: 'all', label: 'Everything' },
  { value: String(365 * day), label: 'The last year' },
  { value: String(30 * day), label: 'The last 30 days' },
  { value: 'own', label: 'From … to …' },
]

/** The home's history as a file. */
export function DownloadCard() {
  const { home, zone, picture } = useScene()
  const since = Date.parse(picture.home.since)
  const { progress, start, goOn, stop } = useExport(home)
  const [stretch, setStretch] = useState('all')
  const [from, setFrom] = useState(() => localText(since, zone).slice(0, 16))
  const [to, setTo] = useState(() => localText(clock.now(), zone).slice(0, 16))
  const span = spanOf(stretch, localInstant(from, zone), localInstant(to, zone), since)
  const running = progress.state === 'running'
  return (
    <Card title="Take it with you">
      <p className={styles.quiet}>
        One file, lines of JSON: every event with its fingerprint. It can be read without Logis, checked by anybody, and brought into another Logis.
      </p>
      <div className={styles.act}>
        <NativeSelect label="How much" value={stretch} data={stretches} disabled={running} onChange={(event) => setStretch(event.currentTarget.value)} />
        {stretch === 'own' && (
          <>
            <TextInput type="datetime-local" label="From" value={from} disabled={running} onChange={(event) => setFrom(event.currentTarget.value)} />
            <TextInput
              type="datetime-local"
              label="To"
              value={to}
              disabled={running}
              error={span === null ? 'Must be after the beginning.' : undefined}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
          </>
        )}
      </div>
      <div className={styles.act}>
        {progress.state === 'cut' ? (
          <>
            <Button onClick={goOn}>Go on</Button>
            <Button variant="default" onClick={stop}>Give up</Button>
          </>
        ) : (
          <Button loading={running} disabled={span === null} leftSection={<IconDownload size={18} aria-hidden />} onClick={() => span && start(span)}>Download</Button>
        )}
        {running && <Button variant="default" onClick={stop}>Stop</Button>}
        {(running || progress.state === 'cut') && <Bar label="Downloaded" done={progress.last - progress.first + 1} all={progress.end - progress.first + 1} />}
      </div>
      <p role={progress.state === 'refused' ? 'alert' : 'status'} className={styles.found}>{exportWords(progress)}</p>
      <p className={styles.quiet}>
        To check the file on a machine of yours: <code>logis-server verify --export file.jsonl --checkpoints checkpoints.log --key checkpoints.pub</code>
      </p>
    </Card>
  )
}

/** What is asked for; null when it makes no sense. */
function spanOf(stretch: string, from: number | null, to: number | null, since: number): { from: string | null; to: string | null } | null {
  const iso = (at: number) => new Date(at).toISOString()
  if (stretch === 'all') return { from: null, to: null }
  if (stretch !== 'own') return { from: iso(clock.now() - Number(stretch)), to: null }
  if (from === null || to === null || to <= from || to < since) return null
  return { from: iso(from), to: to >= clock.now() ? null : iso(to) }
}

function exportWords({ state, last, first, end, bytes, words }: Progress): string {
  const n = (count: number) => count.toLocaleString('en')
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
  const got = last === 0 ? 0 : last - first + 1
  switch (state) {
    case 'running':
      return end === 0 ? 'Asking …' : `${n(got)} of ${n(end - first + 1)} events, ${size}`
    case 'cut':
      return `The line was cut after ${n(got)} of ${n(end - first + 1)} events. What is here is kept: go on when Logis answers again.`
    case 'refused':
      return words
    case 'done':
      return `${n(got)} events, ${size}. The file is in your downloads.`
    default:
      return ''
  }
}
