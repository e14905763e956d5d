import { Button } from '@mantine/core'
import type { Schemas } from '../api/types'
import { useAddBrowser, useRemoveBrowser } from '../data/notifications'
import { hearing } from '../data/push'
import { Trouble } from '../parts/Prove'
import { agentWords } from '../words/agents'
import { hearingWords } from '../words/delivery'
import styles from './Account.module.css'
import { Day } from './Day'

/** The browsers in which the person is told, although Logis is not open there. */
export function Browsers({ of }: { of: Schemas['Notifications'] }) {
  const add = useAddBrowser()
  const remove = useRemoveBrowser()
  const key = of.push_key
  if (key === null) return null
  const here = hearing()
  const enable = () => add.mutate(key)
  return (
    <section aria-label="Browsers" className={styles.part}>
      <h3>Browsers</h3>
      {of.browsers.length > 0 && (
        <ul className={styles.rows}>
          {of.browsers.map((browser) => (
            <li key={browser.id}>
              <span>
                <strong>{browser.current ? 'This browser' : agentWords(browser.agent)}</strong>{' '}
                <Day at={browser.told_at ?? browser.created_at} prefix={browser.told_at ? 'last told ' : 'since '} />
              </span>
              <Button
                variant="default" loading={remove.isPending && remove.variables.id === browser.id}
                aria-label={browser.current ? 'Stop in this browser' : `Stop in ${agentWords(browser.agent)}`} onClick={() => remove.mutate(browser)}
              >
                Stop
              </Button>
            </li>
          ))}
        </ul>
      )}
      {here !== 'can' ? (
        <p className={styles.quiet}>{hearingWords[here]}</p>
      ) : of.browsers.some((browser) => browser.current) ? null : (
        <>
          <p className={styles.quiet}>A message appears on this device, although Logis is not open. The browser asks you first.</p>
          <div><Button loading={add.isPending} onClick={enable}>Notify me in this browser</Button></div>
        </>
      )}
      <Trouble error={add.error} again={enable} />
      {remove.error && <p role="alert">{remove.error.message}</p>}
    </section>
  )
}
