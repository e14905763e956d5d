import type { CSSProperties } from 'react'
import { useStorage } from '../data/proof'
import { Card } from '../parts/Card'
import { expectedWords, monthWords, storedWords } from '../words/storage'
import styles from './Gateways.module.css'

/** How much room the home's history takes on the server, month by month. Who may not see the history sees nothing of it. */
export function StorageCard({ home }: { home: string }) {
  const storage = useStorage(home).data
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
    </Card>
  )
}
