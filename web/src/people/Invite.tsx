import { Button, NumberInput, Radio } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { type SyntheticEvent, useState } from 'react'
import type { Role, Scope } from '../api/types'
import { useInvite } from '../data/people'
import { useScene } from '../data/Scene'
import { Copyable } from '../gateways/AddGateway'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import styles from './People.module.css'
import { longestDays, roleWords } from './roles'

const day = 24 * 3600 * 1000

/** Makes a link that lets one person in, for what they are given. */
export function Invite({ home, roles }: { home: string; roles: Role[] }) {
  const { picture } = useScene()
  const invite = useInvite(home)
  const [role, setRole] = useState<Role>('member')
  const [rooms, setRooms] = useState<string[]>([])
  const [days, setDays] = useState<number | string>('')
  const longest = longestDays[role]
  const partly = role === 'guest' || role === 'child' || role === 'installer'

  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    send()
  }
  const send = () => {
    const scope: Scope = {}
    if (partly && rooms.length > 0) scope.rooms = rooms
    const lasts = Number(days) || longest
    // A minute less, so that clocks may differ.
    if (lasts && role !== 'owner') scope.until = new Date(Date.now() + lasts * day - 60_000).toISOString()
    invite.mutate({ role, scope })
  }

  if (invite.data) {
    return (
      <Card title="Invitation">
        <p>Send this to the person. It lets one person in, once, within seven days.</p>
        <Copyable label="Link" text={`${location.origin}/join#${encodeURIComponent(invite.data.link)}`} />
        <p className={styles.more}>Shown only once.</p>
        <div><Button variant="default" onClick={() => invite.reset()}>Done</Button></div>
      </Card>
    )
  }
  return (
    <Card title="Invite somebody">
      <form onSubmit={submit} className={styles.invite}>
        <Radio.Group label="What they will be" value={role} onChange={setRole}>
          <div className={styles.roles}>
            {roles.map((r) => <Radio key={r} value={r} label={roleWords[r].name} description={roleWords[r].what} />)}
          </div>
        </Radio.Group>
        {partly && picture.rooms.size > 0 && (
          <fieldset className={styles.rooms}>
            <legend>Only in these rooms (none: everywhere)</legend>
            {[...picture.rooms.values()].map((room) => (
              <label key={room.id}>
                <input
                  type="checkbox" checked={rooms.includes(room.id)}
                  onChange={(event) =>
                    setRooms(event.currentTarget.checked ? [...rooms, room.id] : rooms.filter((id) => id !== room.id))}
                />
                {room.name}
              </label>
            ))}
          </fieldset>
        )}
        {role !== 'owner' && (
          <NumberInput
            label={longest ? `For how many days (at most ${longest})` : 'For how many days (empty: without end)'}
            value={days} min={1} max={longest ?? 3650} onChange={setDays} w={260}
          />
        )}
        <Trouble error={invite.error} again={send} />
        <div>
          <Button type="submit" size="md" leftSection={<IconPlus size={18} aria-hidden />} loading={invite.isPending}>Make a link</Button>
        </div>
      </form>
    </Card>
  )
}
