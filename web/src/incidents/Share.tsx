import { Button, NativeSelect } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Incident } from '../api/types'
import { useShareIncident, useUnshareIncident } from '../data/incidents'
import { useScene } from '../data/Scene'
import { Copyable } from '../gateways/AddGateway'
import { When } from '../parts/Age'
import { Trouble } from '../parts/Prove'
import { shareFor } from '../words/incidents'
import styles from './Incidents.module.css'

/** The address of a shared incident: what stands behind the # no browser sends to a server. */
const addressOf = (link: string) => `${location.origin}/incident#${link}`

/** Lets somebody outside see an incident, for some time, and ends that. */
export function Share({ incident }: { incident: Incident }) {
  const { home } = useScene()
  const [hours, setHours] = useState('24')
  const share = useShareIncident(home)
  const unshare = useUnshareIncident(home)
  const send = () => share.mutate({ id: incident.id, hours: Number(hours) })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  return (
    <section className={styles.form} aria-label={`Share ${incident.name}`}>
      {share.data ? (
        <>
          <p>Whoever has this link sees this part of the past and its note, nothing of now and nobody’s name. Shown only once.</p>
          <Copyable label="Link" text={addressOf(share.data.link)} />
          <div><Button variant="default" onClick={() => share.reset()}>Done</Button></div>
        </>
      ) : (
        <form className={styles.line} onSubmit={submit}>
          <NativeSelect label="A link that is good for" size="md" value={hours} data={shareFor} onChange={(event) => setHours(event.currentTarget.value)} />
          <Button type="submit" size="md" loading={share.isPending}>Make a link</Button>
        </form>
      )}
      <Trouble error={share.error} again={send} />
      {incident.links.length > 0 && (
        <>
          <ul className={styles.links} aria-label="Open links">
            {incident.links.map((link) => (
              <li key={link.created_at}>
                <When at={link.created_at} prefix="Made " />, <When at={link.expires_at} prefix="good until " />,{' '}
                {link.opened_at === null ? 'never opened' : <>opened {link.opened === 1 ? 'once' : `${link.opened} times`}, <When at={link.opened_at} prefix="last " /></>}
              </li>
            ))}
          </ul>
          <div>
            <Button variant="default" loading={unshare.isPending} onClick={() => unshare.mutate(incident)}>
              {incident.links.length === 1 ? 'End the link' : 'End all links'}
            </Button>
          </div>
        </>
      )}
      <Trouble error={unshare.error} again={() => unshare.mutate(incident)} />
    </section>
  )
}
