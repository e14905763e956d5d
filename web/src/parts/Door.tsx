import type { ReactNode } from 'react'
import styles from './Page.module.css'

/** A page of one card: before somebody is in a home, or when there is nothing to show. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.door}>
      <title>{`${title} – Logis`}</title>
      <div className={styles.card}>
        <img className={styles.mark} src="/icon.svg" alt="" />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  )
}
