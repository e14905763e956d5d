import { Button, TextInput } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'
import type { Event, Member } from '../api/types'
import { EventRow } from '../parts/EventRow'
import { Trouble } from '../parts/Prove'
import sure from '../parts/Sure.module.css'
import styles from './People.module.css'

export type Erasing = UseMutationResult<Event | null, Error, Member>

/** What goes and what stays when a member is erased; their name is to be written before. */
export function Erase({ member, erase, onNo }: { member: Member; erase: Erasing; onNo: () => void }) {
  const [written, setWritten] = useState('')
  const { name } = member.person
  const send = () => erase.mutate(member)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <form className={styles.erase} onSubmit={submit} aria-label={`Erase ${name}`}>
      <p><strong>Goes for ever, from backups too:</strong> the name, what they sign in with, where they came from, their notes.</p>
      <p><strong>Stays:</strong> what they did in this home, done by somebody whom nobody can name any more.</p>
      <p>Who belongs to another home, too, is only turned out of this one: then only they can have themselves erased.</p>
      <TextInput
        label={`Write the name, ${name}, to have it forgotten`} autoComplete="off" maxLength={100} value={written}
        onChange={(event) => setWritten(event.currentTarget.value)}
      />
      <Trouble error={erase.error} again={send} />
      <div className={styles.acts}>
        <Button type="submit" className={sure.danger} loading={erase.isPending} disabled={written.trim() !== name}>Erase {name}</Button>
        <Button variant="default" onClick={onNo}>Keep them</Button>
      </div>
    </form>
  )
}

/** What the history says of it. */
export function Erased({ event, onDone }: { event: Event; onDone: () => void }) {
  const done = event.type === 'member.erased'
  return (
    <section className={styles.erase} aria-label={done ? 'Erased' : 'Turned out'}>
      <p role="status">
        {done ? 'They are erased. This is all the history says of it:' : 'They belong to another home, too, so they were only turned out of this one:'}
      </p>
      <ol className={styles.told}><EventRow event={event} /></ol>
      <div><Button variant="default" onClick={onDone}>Done</Button></div>
    </section>
  )
}
