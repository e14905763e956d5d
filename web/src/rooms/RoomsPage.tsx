import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Device, Room } from '../api/types'
import { useAddRoom, useChangeDevice, useRemoveRoom, useRenameRoom } from '../data/arrange'
import { useRenameHome } from '../data/homes'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { Glyph } from '../glyphs/Glyph'
import { roomViews } from '../home/order'
import { Card } from '../parts/Card'
import { NameForm } from '../parts/NameForm'
import { Sure } from '../parts/Sure'
import { appearanceOf } from '../tiles/appearance'
import { kindWords } from '../words/kinds'
import styles from './Rooms.module.css'

/** The rooms of the home, and what stands in which. */
export function RoomsPage() {
  const { picture } = useScene()
  const add = useAddRoom(picture.home.id)
  const views = roomViews(picture)
  return (
    <>
      <title>{`Rooms – ${picture.home.name}`}</title>
      <CutOff />
      <div className={styles.intro}>
        <h1>Rooms</h1>
        <p>Name your rooms, and say which device stands where.</p>
      </div>
      <div className={styles.grid}>
        <Card title="Add a room">
          <NameForm label="Name of the new room" value="" action="Add" onSave={(name) => add.mutateAsync(name)} />
        </Card>
        <HomeCard />
        {views.map(({ room, title, controls, readings }) =>
          room ? (
            <RoomCard key={room.id} room={room} title={title} devices={[...controls, ...readings]} />
          ) : (
            <Card key="none" title={title}>
              <Devices devices={[...controls, ...readings]} />
            </Card>
          ),
        )}
      </div>
    </>
  )
}

function HomeCard() {
  const { picture } = useScene()
  const rename = useRenameHome()
  return (
    <Card title="The home itself">
      <NameForm
        key={picture.home.revision}
        label="Name of the home"
        value={picture.home.name}
        action="Rename"
        onSave={(name) => rename.mutateAsync({ home: picture.home, name })}
      />
    </Card>
  )
}

function RoomCard({ room, title, devices }: { room: Room; title: string; devices: Device[] }) {
  const { picture } = useScene()
  const [doing, setDoing] = useState<'rename' | 'remove' | null>(null)
  const rename = useRenameRoom(picture.home.id)
  const remove = useRemoveRoom(picture.home.id)
  const done = () => setDoing(null)
  const tools = (
    <div className={styles.tools}>
      <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Rename ${title}`} onClick={() => setDoing('rename')}>
        <IconPencil size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Remove ${title}`} onClick={() => setDoing('remove')}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </div>
  )
  return (
    <Card title={title} action={tools}>
      {doing === 'rename' && (
        <NameForm
          label={`New name of ${title}`}
          value={room.name}
          action="Save"
          onCancel={done}
          onSave={(name) => rename.mutateAsync({ room, name }).then(done)}
        />
      )}
      {doing === 'remove' && (
        <Sure
          question={devices.length > 0 ? `Remove ${title}? Its devices stay, in no room.` : `Remove ${title}?`}
          yes="Remove the room"
          busy={remove.isPending}
          error={remove.error}
          onYes={() => remove.mutate(room)}
          onNo={done}
        />
      )}
      {devices.length > 0 ? <Devices devices={devices} /> : <p className={styles.quiet}>Nothing stands here yet.</p>}
    </Card>
  )
}

function Devices({ devices }: { devices: Device[] }) {
  return (
    <ul className={styles.devices}>
      {devices.map((device) => (
        <DeviceRow key={device.id} device={device} />
      ))}
    </ul>
  )
}

function DeviceRow({ device }: { device: Device }) {
  const { picture } = useScene()
  const move = useChangeDevice(picture.home.id)
  const rooms = [...picture.rooms.values()].sort((a, b) => a.name.localeCompare(b.name))
  const kind = kindWords(device.kind).title
  return (
    <li className={styles.device}>
      <Glyph kind={device.kind} look={appearanceOf(device, picture.twins.get(device.id)).look} size={24} />
      <span className={styles.who}>
        <Link to="/homes/$home/devices/$device" params={{ home: picture.home.id, device: device.id }}>{device.name}</Link>
        {kind !== device.name && <span>{kind}</span>}
      </span>
      <NativeSelect
        className={styles.where}
        aria-label={`Room of ${device.name}`}
        value={device.room ?? ''}
        error={move.error?.message}
        data={[{ value: '', label: 'No room' }, ...rooms.map((room) => ({ value: room.id, label: room.name }))]}
        onChange={(event) => move.mutate({ device, change: { room: event.currentTarget.value || null } })}
      />
    </li>
  )
}
