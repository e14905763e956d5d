import { Button, Checkbox, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useAddScene } from '../data/scenes'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { longestName } from '../parts/NameForm'
import { useThings } from '../rules/useThings'
import { deviceWords } from '../words/rules'
import styles from './Scenes.module.css'
import { settable } from './settings'

/** A new scene of how devices are now. */
export function Capture() {
  const { home } = useScene()
  const things = useThings()
  const add = useAddScene(home)
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    try {
      await add.mutateAsync({ name: name.trim(), capture: chosen })
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
          {settable(things).map(({ id }) => (
            <Checkbox radius="xs" key={id} size="md" label={deviceWords(id, things)} checked={chosen.includes(id)} onChange={(event) => flip(id, event.currentTarget.checked)} />
          ))}
        </fieldset>
        {add.error && <p role="alert" className={styles.alert}>{add.error.message}</p>}
        <Button type="submit" size="md" loading={add.isPending} disabled={name.trim() === '' || chosen.length === 0}>Keep as a scene</Button>
      </form>
    </Card>
  )
}
