import { Button, Skeleton } from '@mantine/core'
import { Fragment, useState } from 'react'
import type { Device } from '../api/types'
import { useEarlier, useHistory } from '../data/history'
import { arranges } from '../data/roles'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { dated } from '../parts/days'
import { EventRow } from '../parts/EventRow'
import styles from './Device.module.css'

/** What happened to and at the device, newest first. */
export function History({ device }: { device: Device }) {
  const { picture, zone } = useScene()
  const [mending, setMending] = useState(false)
  const home = picture.home.id
  const { data: events, isError } = useHistory(home, device.id)
  const earlier = useEarlier(home, device.id)
  const oldest = events?.at(-1)
  const done = oldest?.type === 'device.registered' || (earlier.isSuccess && earlier.data.length === 0)
  return (
    <Card
      title="What happened"
      action={arranges(picture.home.role) && (
        <Button variant="default" radius="xl" aria-pressed={mending} onClick={() => setMending(!mending)}>{mending ? 'Done' : 'Told wrongly?'}</Button>
      )}
    >
      {isError && <p role="alert">The history could not be read.</p>}
      {!events && !isError && <Skeleton height={160} radius="md" />}
      <ol className={styles.events}>
        {dated(events ?? [], zone, 'occurred_at').map(({ event, day }) => (
          <Fragment key={event.seq}>
            {day && <li className={styles.day}>{day}</li>}
            <EventRow event={event} about={device.id} mends={mending ? 'offered' : 'told'} />
          </Fragment>
        ))}
      </ol>
      {oldest && !done && (
        <Button variant="default" loading={earlier.isPending} onClick={() => earlier.mutate(oldest.seq)}>Earlier</Button>
      )}
    </Card>
  )
}
