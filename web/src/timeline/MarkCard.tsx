import { Button, Textarea, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import type { Incident } from '../api/types'
import { longestNote, mostEvents, useMarkIncident } from '../data/incidents'
import { useScene } from '../data/Scene'
import styles from '../incidents/Incidents.module.css'
import { Card } from '../parts/Card'
import { longestName } from '../parts/NameForm'
import { Trouble } from '../parts/Prove'
import { eventsWords, stretchWords } from '../words/incidents'
import type { Marking } from './useMarking'

/** Keeps what happened between two moments under a name. */
export function MarkCard({ marking, onPick }: { marking: Marking; onPick: (seq: number) => void }) {
  const { home } = useScene()
  const mark = useMarkIncident(home)
  if (mark.data) return <Marked incident={mark.data} onDone={() => { mark.reset(); marking.stop() }} />
  if (!marking.slice) return null
  return <Form marking={marking} slice={marking.slice} mark={mark} onPick={onPick} />
}

function Marked({ incident, onDone }: { incident: Incident; onDone: () => void }) {
  const { home } = useScene()
  return (
    <Card title={`${incident.name} is marked`}>
      <p role="status"><Link to="/homes/$home/incidents" params={{ home }}>Share it, or save it as a test</Link></p>
      <div><Button variant="default" onClick={onDone}>Done</Button></div>
    </Card>
  )
}

interface FormProps {
  marking: Marking
  slice: NonNullable<Marking['slice']>
  mark: ReturnType<typeof useMarkIncident>
  onPick: (seq: number) => void
}

function Form({ marking, slice: { first, last }, mark, onPick }: FormProps) {
  const { picture, zone } = useScene()
  const [name, setName] = useState('')
  const [note, setNote] = useState('')
  const [rooms, setRooms] = useState<readonly string[]>([])
  const count = last.seq - first.seq + 1
  const send = () => mark.mutate({ name: name.trim(), note: note.trim(), after: first.seq - 1, to: last.seq, rooms: [...rooms] })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  const flip = (id: string, on: boolean) => setRooms(on ? [...rooms, id] : rooms.filter((room) => room !== id))
  return (
    <Card title="Mark a part of the past" action={<Button variant="default" radius="xl" onClick={marking.stop}>Cancel</Button>}>
      <p className={styles.quiet} role="status">
        {stretchWords(first.at, last.at, zone)}, {eventsWords(count)}.{' '}
        {marking.ended ? 'Both ends are set.' : 'Now go to the other end: drag the strip, step or play.'}
      </p>
      <div className={styles.acts}>
        <Button variant="default" aria-keyshortcuts="I" onClick={marking.begin}>Begin it here</Button>
        <Button variant="default" aria-keyshortcuts="O" onClick={marking.finish}>End it here</Button>
        <Button variant="subtle" onClick={() => onPick(first.seq)}>See its beginning</Button>
        <Button variant="subtle" onClick={() => onPick(last.seq)}>See its end</Button>
      </div>
      <form className={styles.slice} onSubmit={submit}>
        <TextInput label="Name" size="md" maxLength={longestName} placeholder="The door at night" value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <Textarea
          label="Note" description="Who gets a link reads it, too." size="md" autosize minRows={2} maxLength={longestNote} value={note}
          onChange={(e) => setNote(e.currentTarget.value)}
        />
        <fieldset className={styles.rooms}>
          <legend>Only about these rooms (none: the whole home)</legend>
          {[...picture.rooms.values()].map(({ id, name: room }) => (
            <label key={id}>
              <input type="checkbox" checked={rooms.includes(id)} onChange={(e) => flip(id, e.currentTarget.checked)} />
              {room}
            </label>
          ))}
        </fieldset>
        {count > mostEvents && <p role="status" className={styles.bad}>That is too much: an incident has {mostEvents.toLocaleString('en')} events at most.</p>}
        <Trouble error={mark.error} again={send} />
        <div><Button type="submit" size="md" loading={mark.isPending} disabled={name.trim() === '' || count > mostEvents}>Mark it</Button></div>
      </form>
    </Card>
  )
}
