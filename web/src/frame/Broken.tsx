import { Button } from '@mantine/core'
import { useEffect } from 'react'
import styles from './Frame.module.css'

/** How often a page that could not be shown asks whether Logis answers again, in milliseconds. */
const askEvery = 3000

/**
 * Shown instead of a page that could not be loaded or drawn. When Logis does not
 * answer, that is mostly why: as soon as it does, the page is opened anew.
 */
export function Broken() {
  useEffect(() => {
    let gone = false
    const ask = async () => {
      const answers = await fetch('/icon.svg', { cache: 'no-store' }).then((a) => a.ok, () => false)
      if (answers && gone) location.reload()
      gone ||= !answers
    }
    void ask()
    const timer = setInterval(() => void ask(), askEvery)
    return () => clearInterval(timer)
  }, [])
  return (
    <section className={styles.broken} role="alert">
      <h1>This page could not be opened</h1>
      <p>If Logis does not answer just now, the page opens by itself as soon as it does.</p>
      <Button size="md" onClick={() => location.reload()}>Try again</Button>
    </section>
  )
}
