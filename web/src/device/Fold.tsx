import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Device } from '../api/types'
import { useRemoveDevice } from '../data/arrange'
import { arranges } from '../data/roles'
import { useScene } from '../data/Scene'
import { Sure } from '../parts/Sure'
import { dayWords } from '../words/ages'
import { kindWords } from '../words/kinds'
import { spaced } from '../words/values'
import styles from './Device.module.css'
import { Replace } from './Replace'

/** What only somebody who looks for it needs, folded away. */
export function Fold({ device }: { device: Device }) {
  const { picture, zone } = useScene()
  const facts: [string, string][] = [
    ['Kind', kindWords(device.kind).title],
    ...Object.entries(device.attributes).map(([name, value]): [string, string] => [spaced(name), value]),
    ['Gateway', picture.gateways.get(device.gateway)?.name ?? 'unknown'],
    ['Address', device.address],
    ['Model', device.model],
    ...(device.capabilities.length > 0 ? [['Adds', device.capabilities.join(', ')] as [string, string]] : []),
    ['Here since', dayWords(Date.parse(device.since), zone)],
    ['Id', device.id],
  ]
  return (
    <details className={styles.fold}>
      <summary>Technical details</summary>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {arranges(picture.home.role) && (
        <div className={styles.ways}>
          <Replace device={device} />
          <Remove device={device} />
        </div>
      )}
    </details>
  )
}

function Remove({ device }: { device: Device }) {
  const { picture } = useScene()
  const [sure, setSure] = useState(false)
  const remove = useRemoveDevice(picture.home.id)
  const navigate = useNavigate()
  if (!sure) return <Button variant="default" onClick={() => setSure(true)}>Remove from the home…</Button>
  const go = () =>
    remove.mutate(device, {
      onSuccess: () => void navigate({ to: '/homes/$home', params: { home: picture.home.id } }),
    })
  return (
    <Sure
      question="It disappears from the home. What it did stays in the timeline."
      yes={`Remove ${device.name}`}
      busy={remove.isPending}
      error={remove.error}
      onYes={go}
      onNo={() => setSure(false)}
    />
  )
}
