import { Button } from '@mantine/core'
import { type CSSProperties, useState } from 'react'
import { useStorage } from '../data/proof'
import { Card } from '../parts/Card'
import { expectedWords, keepWords, monthWords, storedWords } from '../words/storage'
import styles from './Gateways.module.css'
import { KeepForm } from './KeepForm'

/** How much room the home's history takes on the server, month by month, and for how long it is kept. Who may not see the history sees nothing of it. */
export function StorageCard({ home, owner }: { home: string; owner: boolean }) {
  const storage = useStorage(home).data
  const [changing, setChanging] = useState(false)
  if (!storage) return null
  const most = Math.max(1, ...storage.months.map((month) => month.events))
  return (
    <Card title="What is remembered">
      <p>{storedWords(storage)}</p>
      <ul className={styles.months} aria-label="By month">
        {storage.months.map((month) => (
          <li key={month.from} title={monthWords(month)} style={{ '--part': month.events / most } as CSSProperties}>
            <span className={styles.unseen}>{monthWords(month)}</span>
          </li>
        ))}
      </ul>
      <p className={styles.quiet}>{expectedWords(storage)}</p>
      {changing
        ? <KeepForm home={home} months={storage.keep_months} onDone={() => setChanging(false)} />
        : (
          <p>
            Kept: {keepWords(storage.keep_months)}.{' '}
            {owner && <Button variant="default" onClick={() => setChanging(true)}>Keep it longer or shorter…</Button>}
          </p>
        )}
    </Card>
  )
}
