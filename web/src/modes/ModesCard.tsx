import { ActionIcon, Button } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { Modes } from '../api/types'
import { useAddMode, useRemoveMode, useRenameMode, useSetMode } from '../data/modes'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { NameForm } from '../parts/NameForm'
import { Sure } from '../parts/Sure'
import styles from './Modes.module.css'

/** The modes every home has; only the home's own have an id of their own. */
const builtIn = ['home', 'away', 'night']

/** What the home can be set to; its own modes can be added, renamed and removed. */
export function ModesCard({ modes }: { modes: Modes }) {
  const { home } = useScene()
  const add = useAddMode(home)
  return (
    <Card title="What it can be set to">
      <ul className={styles.list}>
        {modes.modes.map(({ mode, name }) => <Mode key={mode} modes={modes} mode={mode} name={name} />)}
      </ul>
      <NameForm label="A mode of your own: Guests" value="" action="Add" onSave={(name) => add.mutateAsync(name)} />
    </Card>
  )
}

function Mode({ modes, mode, name }: { modes: Modes; mode: string; name: string }) {
  const { home } = useScene()
  const [doing, setDoing] = useState<'rename' | 'remove' | null>(null)
  const set = useSetMode(home)
  const rename = useRenameMode(home)
  const remove = useRemoveMode(home)
  const done = () => setDoing(null)
  const present = mode === modes.mode
  if (doing === 'rename') {
    return (
      <li>
        <NameForm
          label={`New name of ${name}`}
          value={name}
          action="Save"
          onCancel={done}
          onSave={(next) => rename.mutateAsync({ modes, mode, name: next }).then(done)}
        />
      </li>
    )
  }
  if (doing === 'remove') {
    return (
      <li>
        <Sure
          question={`Remove ${name}? Rules that ask for it are never met any more.`}
          yes="Remove the mode"
          busy={remove.isPending}
          error={remove.error}
          onYes={() => remove.mutate({ modes, mode })}
          onNo={done}
        />
      </li>
    )
  }
  return (
    <li data-present={present || undefined}>
      <strong>{name}</strong>
      <div className={styles.acts}>
        {present ? <span className={styles.now}>now</span> : <Button variant="default" loading={set.isPending} aria-label={`Set the home to ${name}`} onClick={() => set.mutate(mode)}>Set</Button>}
        {!builtIn.includes(mode) && (
          <>
            <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Rename ${name}`} onClick={() => setDoing('rename')}>
              <IconPencil size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Remove ${name}`} onClick={() => setDoing('remove')}>
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </>
        )}
      </div>
      {set.error && <p role="alert" className={styles.alert}>{set.error.message}</p>}
    </li>
  )
}
