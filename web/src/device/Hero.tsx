import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { type CSSProperties, useState } from 'react'
import { useChangeDevice } from '../data/arrange'
import { useScene } from '../data/Scene'
import type { DeviceView } from '../data/truth'
import { Glyph } from '../glyphs/Glyph'
import { NameForm } from '../parts/NameForm'
import { appearanceOf } from '../tiles/appearance'
import { lampColor } from '../tiles/color'
import { Truth } from '../tiles/Truth'
import styles from './Device.module.css'

/** The device's picture, name, place and state, large. */
export function Hero({ view }: { view: DeviceView }) {
  const { device, twin, reach } = view
  const { look, words, tone } = appearanceOf(device, twin)
  const light = lampColor(twin)
  return (
    <div
      className={styles.hero}
      data-tone={words === null ? 'unknown' : tone}
      data-stale={reach.kind !== 'here' || undefined}
      style={light ? ({ '--light': light } as CSSProperties) : undefined}
    >
      <span className={styles.glyph}>
        <Glyph kind={device.kind} look={look} size={44} />
      </span>
      <div className={styles.who}>
        <Name view={view} />
        <p className={styles.state}>{words ?? 'Not heard yet'}</p>
        <Truth view={view} />
      </div>
      <Place view={view} />
    </div>
  )
}

function Name({ view: { device } }: { view: DeviceView }) {
  const { picture } = useScene()
  const [open, setOpen] = useState(false)
  const change = useChangeDevice(picture.home.id)
  if (open) {
    return (
      <NameForm
        label="Name of the device"
        value={device.name}
        action="Save"
        onCancel={() => setOpen(false)}
        onSave={async (name) => {
          await change.mutateAsync({ device, change: { name } })
          setOpen(false)
        }}
      />
    )
  }
  return (
    <div className={styles.name}>
      <h1>{device.name}</h1>
      <ActionIcon variant="subtle" size={40} radius="xl" aria-label="Rename" onClick={() => setOpen(true)}>
        <IconPencil size={19} aria-hidden />
      </ActionIcon>
    </div>
  )
}

function Place({ view: { device } }: { view: DeviceView }) {
  const { picture } = useScene()
  const change = useChangeDevice(picture.home.id)
  const rooms = [...picture.rooms.values()].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <NativeSelect
      className={styles.place}
      label="Room"
      size="md"
      value={device.room ?? ''}
      error={change.error?.message}
      data={[{ value: '', label: 'No room' }, ...rooms.map((room) => ({ value: room.id, label: room.name }))]}
      onChange={(event) => change.mutate({ device, change: { room: event.currentTarget.value || null } })}
    />
  )
}
