import { Link } from '@tanstack/react-router'
import type { EnergyUse } from '../api/types'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { usedWords } from '../words/energy'
import styles from './Energy.module.css'

/** What used how much. */
export interface Part {
  key: string
  name: string
  use: EnergyUse
  /** The page it leads to. */
  device?: string | undefined
  corrected?: boolean
}

/** What used how much, each with a bar as long as its share of the most. */
export function Shares({ title, parts, currency }: { title: string; parts: readonly Part[]; currency: string | null }) {
  const { home } = useScene()
  const most = Math.max(...parts.map(({ use }) => use.kwh), 0.001)
  return (
    <Card title={title}>
      {parts.length === 0 && <p className={styles.quiet}>Nothing in this time.</p>}
      <ul className={styles.shares}>
        {parts.map(({ key, name, use, device, corrected }) => (
          <li key={key}>
            <span className={styles.name}>
              {device ? <Link to="/homes/$home/devices/$device" params={{ home, device }}>{name}</Link> : name}
            </span>
            <span className={styles.amount}>{usedWords(use, currency)}{corrected && ', corrected'}</span>
            <span className={styles.share} style={{ inlineSize: `${(use.kwh / most) * 100}%` }} aria-hidden />
          </li>
        ))}
      </ul>
    </Card>
  )
}
