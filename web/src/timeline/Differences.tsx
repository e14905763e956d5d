import { Button, Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { byRoom, type Change } from '../data/differences'
import { type Clock, useDifference } from '../data/past'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { clockSeconds, dayWords } from '../words/ages'
import { titleWords, valueWords } from '../words/values'
import styles from './Timeline.module.css'

interface DifferencesProps {
  /** The instant that was chosen first, and the one that is shown (RFC 3339). */
  pinned: string
  here: string
  clock: Clock
  onEnd: () => void
}

/** What is not the same in the home at two instants, room by room: the earlier one first. */
export function Differences({ pinned, here, clock, onEnd }: DifferencesProps) {
  const { home, picture, zone } = useScene()
  const [from, to] = pinned < here ? [pinned, here] : [here, pinned]
  const { data, isError } = useDifference(home, from, to, clock)
  const rooms = data && from !== to ? byRoom(data, picture) : []
  const when = (iso: string) => `${clockSeconds(Date.parse(iso), zone)}, ${dayWords(Date.parse(iso), zone)}`
  return (
    <Card title="What differs" action={<Button variant="default" radius="xl" onClick={onEnd}>Stop comparing</Button>}>
      <p className={styles.quiet}>
        {from === to
          ? 'Now go to the other moment: drag the strip, step or play. What differs then stands here.'
          : `Between ${when(from)} and ${when(to)}.`}
      </p>
      {isError && <p role="alert">What differs could not be read.</p>}
      {!data && !isError && from !== to && <Skeleton height={80} radius="md" aria-label="Loading what differs" />}
      {data && from !== to && rooms.length === 0 && <p role="status">Nothing differs: every value is the same.</p>}
      {rooms.map(({ room, changes }) => (
        <section key={room ?? 'home'} className={styles.room}>
          <h3>{(room !== null && picture.rooms.get(room)?.name) || 'The home'}</h3>
          <ul>
            {changes.map((change) => <Row key={change.key} change={change} />)}
          </ul>
        </section>
      ))}
    </Card>
  )
}

function Row({ change: { name, device, property, schema, was, is } }: { change: Change }) {
  const { home } = useScene()
  const words = (value: unknown) => {
    if (property !== null) return value === undefined ? 'not known' : valueWords(property, value, schema)
    return typeof value === 'string' ? value : 'not there'
  }
  return (
    <li>
      <span>
        {device ? <Link to="/homes/$home/devices/$device" params={{ home, device }}>{name}</Link> : name}
        {property !== null && <span className={styles.quiet}> {titleWords(property, schema)}</span>}
      </span>
      <span className="numbers">
        <span className={styles.was}>{words(was)}</span>
        <span aria-label="then">{' → '}</span>
        <strong>{words(is)}</strong>
      </span>
    </li>
  )
}
