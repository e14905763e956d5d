import type { ReactNode } from 'react'
import styles from './Card.module.css'

/** A titled part of a page. */
export function Card({ title, id, action, children }: { title: string; id?: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.card} id={id} aria-label={title}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {action}
      </header>
      {children}
    </section>
  )
}
