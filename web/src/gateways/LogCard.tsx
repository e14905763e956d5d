import { Button, CopyButton, NativeSelect, TextInput } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import type { Gateway, LogLine } from '../api/types'
import { type LogFilter, useGatewayLog } from '../data/fleet'
import { useStage } from '../data/Scene'
import { Card } from '../parts/Card'
import { clockSeconds, dayKey } from '../words/ages'
import styles from './Gateways.module.css'

const levels = [
  { value: '', label: 'All lines' },
  { value: 'info', label: 'What happens' },
  { value: 'warn', label: 'What should be known' },
  { value: 'error', label: 'What went wrong' },
]

const lines = 300

/** What the gateway wrote into its log, once somebody wants to see it. */
export function LogCard({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const [filter, setFilter] = useState<LogFilter | null>(null)
  const [words, setWords] = useState('')
  const log = useGatewayLog(home, gateway, filter)
  const shown = (log.data?.lines ?? []).filter((line) => line.text.toLowerCase().includes(words.toLowerCase()))
  const read = (level: string) => setFilter({ lines, level: level === '' ? undefined : (level as LogFilter['level']) })
  if (filter === null) {
    return (
      <Card title="Log">
        <p className={styles.quiet}>What the gateway’s agent wrote down of its work. It holds no passwords and no codes.</p>
        <div>
          <Button variant="default" size="md" onClick={() => read('')}>Show the log</Button>
        </div>
      </Card>
    )
  }
  return (
    <Card
      title="Log"
      action={<Button variant="default" loading={log.isFetching} onClick={() => void log.refetch()}>Read again</Button>}
    >
      <div className={styles.filter}>
        <NativeSelect
          size="md"
          aria-label="Which lines"
          data={levels}
          value={filter.level ?? ''}
          onChange={(event) => read(event.currentTarget.value)}
        />
        <TextInput
          size="md"
          className={styles.grow}
          aria-label="Only lines with"
          placeholder="Only lines with …"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <CopyButton value={shown.map((line) => `${line.at} ${line.level} ${line.text}`).join('\n')} timeout={2000}>
          {({ copied, copy }) => (
            <Button
              size="md"
              variant="default"
              disabled={shown.length === 0}
              onClick={copy}
              leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      {log.error && <p role="alert">{log.error.message}</p>}
      {log.data && shown.length === 0 && <p>No line is like that.</p>}
      {shown.length > 0 && <Lines lines={shown} />}
      {log.data?.cut && <p className={styles.quiet}>There are older lines that do not fit here.</p>}
    </Card>
  )
}

function Lines({ lines }: { lines: LogLine[] }) {
  const { zone } = useStage()
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <ol className={styles.log} tabIndex={0} aria-label="Lines of the log">
      {lines.map((line, index) => (
        <li key={index} data-level={line.level || undefined}>
          <time dateTime={line.at} title={dayKey(Date.parse(line.at), zone)}>{clockSeconds(Date.parse(line.at), zone)}</time>
          <span className={styles.level}>{line.level}</span>
          <code>{line.text}</code>
        </li>
      ))}
    </ol>
  )
}
