import { Button, NativeSelect } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import type { Device } from '../api/types'
import { useReplaceDevice } from '../data/arrange'
import { useScene } from '../data/Scene'
import { Trouble } from '../parts/Prove'
import { kindWords } from '../words/kinds'
import { titleWords } from '../words/values'
import styles from './Device.module.css'

/** What two devices both tell. */
const shared = (a: Device, b: Device) => Object.keys(a.affordances.properties).filter((name) => name in b.affordances.properties)

/** Devices that could do what one did: the same kind first, then by how much they have in common. */
function candidates(device: Device, all: Iterable<Device>): Device[] {
  const like = (other: Device) => (other.kind === device.kind ? 100 : 0) + shared(device, other).length
  return [...all]
    .filter((other) => other.id !== device.id && shared(device, other).length > 0)
    .sort((a, b) => like(b) - like(a) || a.name.localeCompare(b.name))
}

/** Lets another device take over what one did: choose it, see what will be, do it. */
export function Replace({ device }: { device: Device }) {
  const { picture } = useScene()
  const [open, setOpen] = useState(false)
  const others = candidates(device, picture.devices.values())
  if (!open) return <Button variant="default" onClick={() => setOpen(true)}>Replace…</Button>
  if (others.length === 0) {
    return <p role="status">No other device here could do what it does. Pair the new one first; then it can take over.</p>
  }
  return <Wizard device={device} others={others} onDone={() => setOpen(false)} />
}

function Wizard({ device, others, onDone }: { device: Device; others: Device[]; onDone: () => void }) {
  const { home, picture } = useScene()
  const [chosen, choose] = useState('')
  const replace = useReplaceDevice(home)
  const navigate = useNavigate()
  const by = others.find(({ id }) => id === chosen)
  const send = () => {
    if (!by) return
    replace.mutate({ device, by: by.id }, { onSuccess: () => void navigate({ to: '/homes/$home/devices/$device', params: { home, device: by.id } }) })
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  const room = (d: Device) => (d.room === null ? undefined : picture.rooms.get(d.room)?.name)
  const label = (d: Device) => [d.name, room(d), kindWords(d.kind).title].filter(Boolean).join(', ')
  return (
    <form className={styles.replace} onSubmit={submit} aria-label={`Replace ${device.name}`}>
      <NativeSelect
        label="Which device does its work from now on?" size="md" value={chosen}
        data={[{ value: '', label: 'Choose the new device' }, ...others.map((d) => ({ value: d.id, label: label(d) }))]}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {by && <Preview device={device} by={by} room={room(device)} />}
      <Trouble error={replace.error} again={send} />
      <div className={styles.acts}>
        <Button type="submit" disabled={!by} loading={replace.isPending}>Replace it</Button>
        <Button variant="default" onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}

/** What will be: who is called what, what goes on, and what does not. */
function Preview({ device, by, room }: { device: Device; by: Device; room: string | undefined }) {
  const titles = (names: string[]) => names.map((name) => titleWords(name, device.affordances.properties[name]).toLowerCase()).join(', ')
  const same = shared(device, by)
  const lost = Object.keys(device.affordances.properties).filter((name) => !same.includes(name))
  return (
    <ul className={styles.preview} aria-label="What will be">
      <li>{by.name} is called <strong>{device.name}</strong>{room ? ` and stands in ${room}` : ' and stands in no room'}.</li>
      <li>Charts and totals go on without a break: {titles(same)}.</li>
      {lost.length > 0 && <li>It does not tell: {titles(lost)}. Those charts end here.</li>}
      <li>Each device keeps the history of its own; the old one stays until you remove it.</li>
      <li>Rules and scenes that name the old device still do: change them to the new one.</li>
    </ul>
  )
}
