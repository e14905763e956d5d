import { ActionIcon, Button, Checkbox } from '@mantine/core'
import { IconAdjustments, IconArrowBackUp, IconCopy, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { SavedScene, Setting } from '../api/types'
import { useEvent } from '../data/history'
import { useActivate, useAddScene, useChangeScene, useRemoveScene } from '../data/scenes'
import { useScene } from '../data/Scene'
import { Age } from '../parts/Age'
import { Card } from '../parts/Card'
import { longestName, NameForm } from '../parts/NameForm'
import { Sure } from '../parts/Sure'
import { useThings } from '../rules/useThings'
import { fadeWords } from '../words/fade'
import { deviceWords } from '../words/rules'
import { byWeight, statement } from '../words/values'
import styles from './Scenes.module.css'
import { Values } from './Values'

type Doing = 'rename' | 'change' | 'remove'

interface SceneCardProps {
  scene: SavedScene
  chosen: boolean
  onChoose: (on: boolean) => void
  onRemoved: () => void
}

/** A scene: what it wants, its values one by one, and the way there and back. */
export function SceneCard({ scene, chosen, onChoose, onRemoved }: SceneCardProps) {
  const { home } = useScene()
  const [doing, setDoing] = useState<Doing | null>(null)
  const change = useChangeScene(home)
  const remove = useRemoveScene(home)
  const done = () => setDoing(null)
  return (
    <Card title={scene.name} action={<Tools scene={scene} onDo={setDoing} />}>
      <Checkbox radius="xs" size="md" label="Choose" aria-label={`Choose ${scene.name}`} checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} />
      {doing === 'rename' && (
        <NameForm
          label={`New name of ${scene.name}`}
          value={scene.name}
          action="Save"
          onCancel={done}
          onSave={(name) => change.mutateAsync({ scene, change: { name } }).then(done)}
        />
      )}
      {doing === 'remove' && (
        <Sure
          question={`Remove ${scene.name}? Rules that use it cannot do that part any more.`}
          yes="Remove the scene"
          busy={remove.isPending}
          error={remove.error}
          onYes={() => void remove.mutateAsync(scene).then(onRemoved, () => undefined)}
          onNo={done}
        />
      )}
      {doing === 'change' ? <Values key={scene.version} scene={scene} onDone={done} /> : <Wishes settings={scene.settings} />}
      {doing !== 'change' && scene.transition_ms > 0 && <p className={styles.quiet}>{fadeWords(scene.transition_ms)}</p>}
      <ThereAndBack scene={scene} />
    </Card>
  )
}

function Tools({ scene, onDo }: { scene: SavedScene; onDo: (what: Doing) => void }) {
  const { home } = useScene()
  const add = useAddScene(home)
  const copy = () => add.mutate({ name: `${scene.name.slice(0, longestName - 7)} (copy)`, settings: scene.settings, transition_ms: scene.transition_ms })
  return (
    <div className={styles.tools}>
      {[
        { words: `Change the values of ${scene.name}`, Icon: IconAdjustments, act: () => onDo('change') },
        { words: `Duplicate ${scene.name}`, Icon: IconCopy, act: copy },
        { words: `Rename ${scene.name}`, Icon: IconPencil, act: () => onDo('rename') },
        { words: `Remove ${scene.name}`, Icon: IconTrash, act: () => onDo('remove') },
      ].map(({ words, Icon, act }) => (
        <ActionIcon key={words} variant="subtle" size={40} radius="xl" aria-label={words} onClick={act}>
          <Icon size={18} aria-hidden />
        </ActionIcon>
      ))}
      {add.error && <p role="alert" className={styles.alert}>{add.error.message}</p>}
    </div>
  )
}

/** What is wanted of each device, in words. */
function Wishes({ settings }: { settings: readonly Setting[] }) {
  const { picture } = useScene()
  const things = useThings()
  return (
    <ul className={styles.wishes}>
      {settings.map(({ device, set }) => {
        const schemas = picture.devices.get(device)?.affordances.properties
        const values = Object.entries(set).sort(([a], [b]) => byWeight(a, b))
        return (
          <li key={device}>
            <strong>{deviceWords(device, things)}</strong> {values.map(([name, value]) => statement(name, value, schemas?.[name])).join(', ')}
          </li>
        )
      })}
    </ul>
  )
}

/** Activates the scene, and brings back what was before; what that is stands beside it. */
function ThereAndBack({ scene }: { scene: SavedScene }) {
  const { home } = useScene()
  const activate = useActivate(home)
  const event = useEvent(home, scene.activated?.seq ?? null).data
  const before = (event?.data.before ?? []) as Setting[]
  const refused = activate.data?.refused ?? []
  return (
    <>
      <div className={styles.acts}>
        <Button leftSection={<IconPlayerPlay size={18} aria-hidden />} loading={activate.isPending} onClick={() => activate.mutate({ scene })}>Activate</Button>
        {before.length > 0 && (
          <Button variant="default" leftSection={<IconArrowBackUp size={18} aria-hidden />} onClick={() => activate.mutate({ scene, undo: true })}>Undo</Button>
        )}
        {scene.activated && event && <span className={styles.quiet}>{event.data.undoes ? 'undone' : 'used'} <Age at={scene.activated.at} /></span>}
      </div>
      {before.length > 0 && (
        <details className={styles.before}>
          <summary>What undoing brings back{scene.transition_ms > 0 ? ', at once' : ''}</summary>
          <Wishes settings={before} />
        </details>
      )}
      {activate.error && <p role="alert" className={styles.alert}>{activate.error.message}</p>}
      {refused.length > 0 && <p role="status" className={styles.alert}>{refused.length === 1 ? 'One device' : `${refused.length} devices`} could not be asked: {refused[0]?.detail}.</p>}
    </>
  )
}
