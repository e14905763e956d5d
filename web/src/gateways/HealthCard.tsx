import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconRefresh } from '@tabler/icons-react'
import type { Finding, Gateway } from '../api/types'
import { useHealth } from '../data/fleet'
import { useStage } from '../data/Scene'
import { Card } from '../parts/Card'
import styles from './Gateways.module.css'

const pictures = { fine: IconCircleCheck, warning: IconAlertTriangle, wrong: IconCircleX }
const names = { fine: 'Fine', warning: 'To know', wrong: 'Wrong' }
const badness = { fine: 2, warning: 1, wrong: 0 }

/** What the gateway finds when it looks for what is wrong with it: the worst first. */
export function HealthCard({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const health = useHealth(home, gateway)
  const found = [...(health.data?.findings ?? [])].sort((a, b) => badness[a.level] - badness[b.level])
  const fine = found.filter((finding) => finding.level === 'fine')
  const rest = found.filter((finding) => finding.level !== 'fine')
  return (
    <Card
      title="Health"
      action={
        <Button
          variant="default"
          leftSection={<IconRefresh size={18} aria-hidden />}
          loading={health.isFetching}
          onClick={() => void health.refetch()}
        >
          Look again
        </Button>
      }
    >
      {health.error && <p role="alert">{health.error.message}</p>}
      {health.isPending && <Skeleton height={96} aria-label="The gateway looks" />}
      {health.data && (
        <>
          <p role="status">{summary(rest)}</p>
          {rest.length > 0 && <Findings all={rest} />}
          <details className={styles.fold}>
            <summary>{fine.length} things are fine</summary>
            <Findings all={fine} />
          </details>
        </>
      )}
    </Card>
  )
}

function summary(rest: Finding[]): string {
  const wrong = rest.filter((finding) => finding.level === 'wrong').length
  if (wrong > 0) return wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`
  return rest.length === 0 ? 'Nothing is wrong.' : 'It works, with something to know.'
}

function Findings({ all }: { all: Finding[] }) {
  return (
    <ul className={styles.findings}>
      {all.map((finding) => {
        const Picture = pictures[finding.level]
        return (
          <li key={`${finding.check} ${finding.says}`} data-level={finding.level}>
            <Picture size={20} aria-label={names[finding.level]} />
            <div>
              <strong>{finding.check}</strong>
              <p>{finding.says}</p>
              {finding.do !== '' && <p className={styles.quiet}>What helps: {finding.do}</p>}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
