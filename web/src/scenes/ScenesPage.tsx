import { Button } from '@mantine/core'
import { useState } from 'react'
import type { SavedScene } from '../api/types'
import { useActivate, useRemoveScene, useScenes } from '../data/scenes'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { doneWithAll, removedOf, Several, useChosen } from '../parts/Several'
import { Tabs } from '../rules/Tabs'
import { Capture } from './Capture'
import { Removed } from '../wayback/Removed'
import { SceneCard } from './SceneCard'
import styles from './Scenes.module.css'

/** Sets of wishes that are asked for together. */
export function ScenesPage() {
  const { home, picture } = useScene()
  const scenes = useScenes(home)
  const chosen = useChosen(scenes.data ?? [])
  const [removed, setRemoved] = useState<SavedScene[]>([])
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
      {chosen.picked.length > 0 && <Together picked={chosen.picked} done={chosen.none} removed={setRemoved} />}
      {removed.length > 0 && (
        <Removed key={removed.map(({ id }) => id).join()} things={removed.map(({ id }) => id)} words={sceneCount(removed)} />
      )}
      <div className={styles.grid}>
        {scenes.data?.map((scene) => (
          <SceneCard
            key={scene.id}
            scene={scene}
            chosen={chosen.has(scene.id)}
            onChoose={(on) => chosen.choose(scene.id, on)}
            onRemoved={() => setRemoved([scene])}
          />
        ))}
        <Capture />
      </div>
    </>
  )
}

const sceneCount = (scenes: readonly SavedScene[]) => (scenes.length === 1 ? '1 scene' : `${scenes.length} scenes`)

/** What can be done with several scenes at once. */
function Together({ picked, done, removed }: { picked: SavedScene[]; done: () => void; removed: (scenes: SavedScene[]) => void }) {
  const { home } = useScene()
  const activate = useActivate(home)
  const remove = useRemoveScene(home)
  const each = async (act: (scene: SavedScene) => Promise<unknown>) => {
    if (await doneWithAll(picked, act)) done()
  }
  const removeAll = async () => {
    const gone = await removedOf(picked, (scene) => remove.mutateAsync(scene))
    removed(gone)
    if (gone.length === picked.length) done()
  }
  return (
    <Several
      words={sceneCount(picked)}
      warning="Rules that use them cannot do that part any more."
      removing={remove.isPending}
      error={activate.error ?? remove.error}
      onRemove={() => void removeAll()}
      onNone={done}
    >
      <Button variant="default" loading={activate.isPending} onClick={() => void each((scene) => activate.mutateAsync({ scene }))}>Activate</Button>
    </Several>
  )
}
