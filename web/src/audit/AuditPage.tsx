import { Button, Skeleton } from '@mantine/core'
import { useDeferredValue, useState } from 'react'
import { type AuditQuestion, auditFile, everything, useAudit } from '../data/audit'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import styles from './Audit.module.css'
import { AuditRow } from './AuditRow'
import { Filters } from './Filters'

const files = [
  { format: 'csv', label: 'CSV', what: 'for a spreadsheet' },
  { format: 'jsonl', label: 'JSON lines', what: 'for a program' },
  { format: 'parquet', label: 'Parquet', what: 'for calculating with much' },
]

/** Who did what in the home, when, from where and with what outcome. */
export function AuditPage() {
  const { picture } = useScene()
  const home = picture.home.id
  const [question, setQuestion] = useState<AuditQuestion>(everything)
  const asked = useDeferredValue(question)
  const audit = useAudit(home, asked)
  const first = audit.data?.pages[0]
  const items = audit.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <title>{`Who did what – ${picture.home.name}`}</title>
      <CutOff />
      <div className={styles.intro}>
        <h1>Who did what</h1>
        <p>
          {first?.everyone === false
            ? 'What you did here, what was done to you, and who looked at it.'
            : 'Everything people and rules did here, with sign-ins and refused attempts. Whoever you look at can see that you did.'}
        </p>
      </div>
      <Filters question={question} onChange={setQuestion} everyone={first?.everyone !== false} />
      <Trouble error={audit.error} again={() => void audit.refetch()} />
      {audit.isPending && <Skeleton height={300} radius="md" aria-label="Loading who did what" />}
      {first && items.length === 0 && !audit.hasNextPage && <p role="status">Nothing like that is recorded.</p>}
      <ol className={styles.list} lang={first?.language} aria-label="Who did what" aria-busy={audit.isFetching}>
        {items.map((entry, i) => <AuditRow key={`${entry.seq ?? `${entry.at}${entry.says}`}-${i}`} entry={entry} before={items[i - 1]} />)}
      </ol>
      {audit.hasNextPage && (
        <Button variant="default" className={styles.more} loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          {items.length === 0 ? 'Search further back' : 'Show earlier'}
        </Button>
      )}
      {first?.everyone && (
        <Card title="Take it along">
          <p>All that fits what is chosen above, up to event {first.as_of.toLocaleString('en')}.</p>
          <ul className={styles.files}>
            {files.map(({ format, label, what }) => (
              <li key={format}>
                <Button component="a" variant="default" href={auditFile(home, first.query, format)} download>{label}</Button>
                <span>{what}</span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  )
}
