import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core'
import { IconArrowBackUp, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { type SyntheticEvent, useState } from 'react'
import type { SavedScene } from '../api/types'
import { useActivate, useCapture, useChangeScene, useRemoveScene, useScenes } from '../data/scenes'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { Age } from '../parts/Age'
import { Card } from '../parts/Card'
import { longestName, NameForm } from '../parts/NameForm'
import { Sure } from '../parts/Sure'
import { Tabs } from '../rules/Tabs'
import { useThings } from '../rules/useThings'
import { deviceWords } from '../words/rules'
import { byWeight, statement } from '../words/values'
import styles from './Scenes.module.css'

/** Sets of wishes that are asked for together. */
export function ScenesPage() {
  const { home, picture } = useScene()
  const scenes = useScenes(home)
  return (
    <>
      <title>{`Scenes – ${picture.home.name}`}</title>
      <CutOff />
      <Tabs />
      <div className={styles.intro}>
        <h1>Scenes</h1>
        <p>Set your devices as you like them, then keep that as a scene.</p>
      </div>
      {scenes.isError && <p role="alert">The scenes could not be read.</p>}
      <div className={styles.grid}>
        {scenes.data?.map((scene) => <SceneCard key={scene.id} scene={scene} />)}
        <Capture />
      </div>
    </>
  )
}

function SceneCard({ scene }: { scene: SavedScene }) {
  const { home } = useScene()
  const [doing, setDoing] = useState<'rename' | 'remove' | null>(null)
  const activate = useActivate(home)
  const change = useChangeScene(home)
  const remove = useRemoveScene(home)
  const done = () => setDoing(null)
  const refused = activate.data?.refused ?? []
  const tools = (
    <div className={styles.tools}>
      <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Rename ${scene.name}`} onClick={() => setDoing('rename')}>
        <IconPencil size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Remove ${scene.name}`} onClick={() => setDoing('remove')}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </div>
  )
  return (
    <Card title={scene.name} action={tools}>
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
          onYes={() => remove.mutate(scene)}
          onNo={done}
        />
      )}
      <Wishes scene={scene} />
      <div className={styles.acts}>
        <Button leftSection={<IconPlayerPlay size={18} aria-hidden />} loading={activate.isPending} onClick={() => activate.mutate({ scene })}>
          Activate
        </Button>
        {scene.activated && (
          <Button variant="default" leftSection={<IconArrowBackUp size={18} aria-hidden />} onClick={() => activate.mutate({ scene, undo: true })}>
            Undo
          </Button>
        )}
        {scene.activated && <span className={styles.quiet}>used <Age at={scene.activated.at} /></span>}
      </div>
      {activate.error && <p role="alert" className={styles.alert}>{activate.error.message}</p>}
      {refused.length > 0 && <p role="status" className={styles.alert}>{refused.length === 1 ? 'One device' : `${refused.length} devices`} could not be asked: {refused[0]?.detail}.</p>}
    </Card>
  )
}

/** What the scene wants of each device; each can be taken out. */
function Wishes({ scene }: { scene: SavedScene }) {
  const { home, picture } = useScene()
  const things = useThings()
  const change = useChangeScene(home)
  const without = (device: string) => change.mutate({ scene, change: { settings: scene.settings.filter((s) => s.device !== device) } })
  return (
    <ul className={styles.wishes}>
      {scene.settings.map(({ device, set }) => {
        const schemas = picture.devices.get(device)?.affordances.properties
        const values = Object.entries(set).sort(([a], [b]) => byWeight(a, b))
        return (
          <li key={device}>
            <span>
              <strong>{deviceWords(device, things)}</strong> {values.map(([name, value]) => statement(name, value, schemas?.[name])).join(', ')}
            </span>
            {scene.settings.length > 1 && (
              <Button variant="subtle" size="compact-sm" disabled={change.isPending} aria-label={`Take ${deviceWords(device, things)} out of ${scene.name}`} onClick={() => without(device)}>
                Take out
              </Button>
            )}
          </li>
        )
      })}
      {change.error && <li role="alert">{change.error.message}</li>}
    </ul>
  )
}

/** A new scene of how devices are now. */
function Capture() {
  const { home, picture } = useScene()
  const things = useThings()
  const capture = useCapture(home)
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  // What opens a home is no part of a mood.
  const devices = [...picture.devices.values()]
    .filter(({ affordances }) => Object.values(affordances.properties).some((p) => !p.read_only && p.class !== 'A'))
    .sort((a, b) => deviceWords(a.id, things).localeCompare(deviceWords(b.id, things)))
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    try {
      await capture.mutateAsync({ name: name.trim(), capture: chosen })
      setName('')
      setChosen([])
    } catch {
      // What was refused stands in the form.
    }
  }
  const flip = (id: string, on: boolean) => setChosen(on ? [...chosen, id] : chosen.filter((held) => held !== id))
  return (
    <Card title="Keep how it is now">
      <form className={styles.capture} onSubmit={(event) => void submit(event)}>
        <TextInput label="Name" placeholder="Evening" size="md" maxLength={longestName} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <fieldset className={styles.devices}>
          <legend>Devices</legend>
          {devices.map(({ id }) => (
            <Checkbox radius="xs" key={id} size="md" label={deviceWords(id, things)} checked={chosen.includes(id)} onChange={(event) => flip(id, event.currentTarget.checked)} />
          ))}
        </fieldset>
        {capture.error && <p role="alert" className={styles.alert}>{capture.error.message}</p>}
        <Button type="submit" size="md" loading={capture.isPending} disabled={name.trim() === '' || chosen.length === 0}>Keep as a scene</Button>
      </form>
    </Card>
  )
}
