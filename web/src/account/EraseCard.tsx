import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useErase } from '../data/session'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import styles from './Account.module.css'

/** Has the person forgotten for ever, once they have written their name. */
export function EraseCard({ name }: { name: string }) {
  const [asking, setAsking] = useState(false)
  const [written, setWritten] = useState('')
  const erase = useErase()
  const send = () => erase.mutate(written.trim())
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <Card title="Erase the account">
      <p className={styles.quiet}>
        Your name, what you sign in with and where you came from are forgotten for ever, from backups, too. You belong to
        no home any more. What you did stays in the history of your homes, done by somebody whom nobody can name.
      </p>
      {asking ? (
        <form onSubmit={submit} className={styles.form}>
          <TextInput
            label={`Write your name, ${name}, to have it forgotten`} autoComplete="off" maxLength={100} value={written}
            onChange={(event) => setWritten(event.currentTarget.value)}
          />
          <Trouble error={erase.error} again={send} />
          <div className={styles.answers}>
            <Button type="submit" className={styles.danger} loading={erase.isPending} disabled={written.trim() !== name}>Erase my account</Button>
            <Button variant="default" onClick={() => { setAsking(false); erase.reset() }}>Keep it</Button>
          </div>
        </form>
      ) : (
        <div><Button variant="default" onClick={() => setAsking(true)}>Erase my account…</Button></div>
      )}
    </Card>
  )
}
