import { ActionIcon, Button, NativeSelect, NumberInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { SavedScene, Schema, Setting } from '../api/types'
import { useChangeScene } from '../data/scenes'
import { useScene } from '../data/Scene'
import { ChoiceField, NumberField } from '../rules/fields'
import { useThings } from '../rules/useThings'
import { fadeHint, fadeLabel } from '../words/fade'
import { deviceWords } from '../words/rules'
import { byWeight, titleWords, valueWords } from '../words/values'
import styles from './Scenes.module.css'
import { asNow, fit, present, settable, valueNow, withValue } from './settings'

/** The longest time over which lamps fade, in seconds: domain.MaxTransition. */
const longestFade = 600

/** What a scene wants, value by value: each can be changed or left out, and devices can be added. */
export function Values({ scene, onDone }: { scene: SavedScene; onDone: () => void }) {
  const { home, picture } = useScene()
  const things = useThings()
  const change = useChangeScene(home)
  const [settings, set] = useState<Setting[]>(scene.settings)
  const [over, setOver] = useState(scene.transition_ms / 1000)
  const others = settable(things).filter(({ id }) => !settings.some(({ device }) => device === id))
  const add = (id: string) => {
    const device = picture.devices.get(id)
    if (device) set([...settings, present(device, picture.twins.get(id))])
  }
  return (
    <form
      className={styles.values}
      aria-label={`What ${scene.name} wants`}
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate({ scene, change: { settings, transition_ms: Math.round(over * 1000) } }, { onSuccess: onDone })
      }}
    >
      {settings.map((setting) => (
        <OfDevice key={setting.device} setting={setting} onChange={(property, value) => set(withValue(settings, setting.device, property, value))} />
      ))}
      {others.length > 0 && (
        <NativeSelect
          aria-label="Add a device"
          size="md"
          value=""
          data={[{ value: '', label: 'Add a device …' }, ...others.map(({ id }) => ({ value: id, label: deviceWords(id, things) }))]}
          onChange={(event) => add(event.currentTarget.value)}
        />
      )}
      <NumberInput
        label={fadeLabel}
        description={fadeHint}
        size="md"
        suffix=" s"
        min={0}
        max={longestFade}
        decimalScale={1}
        allowNegative={false}
        value={over}
        onChange={(value) => setOver(Number(value) || 0)}
      />
      {change.error && <p role="alert" className={styles.alert}>{change.error.message}</p>}
      <div className={styles.acts}>
        <Button type="submit" loading={change.isPending} disabled={settings.length === 0 || (settings === scene.settings && over * 1000 === scene.transition_ms)}>Save</Button>
        <Button variant="default" onClick={() => set(asNow(settings, picture.twins))}>As it is now</Button>
        <Button variant="default" onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}

interface OfDeviceProps {
  setting: Setting
  /** Called with the new value; undefined leaves the property out. */
  onChange: (property: string, value: unknown) => void
}

function OfDevice({ setting: { device: id, set }, onChange }: OfDeviceProps) {
  const { picture } = useScene()
  const things = useThings()
  const device = picture.devices.get(id)
  const name = deviceWords(id, things)
  const schemas = device?.affordances.properties ?? {}
  const more = fit(device).filter(([property]) => !(property in set))
  return (
    <fieldset className={styles.device}>
      <legend>{name}</legend>
      {Object.entries(set).sort(([a], [b]) => byWeight(a, b)).map(([property, value]) => {
        const title = titleWords(property, schemas[property])
        return (
          <div key={property} className={styles.value}>
            <span aria-hidden>{title}</span>
            <ValueField label={`${name}: ${title}`} property={property} value={value} schema={schemas[property]} onChange={(next) => onChange(property, next)} />
            <ActionIcon variant="subtle" size={40} radius="xl" aria-label={`Leave out ${title} of ${name}`} onClick={() => onChange(property, undefined)}>
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </div>
        )
      })}
      {device && more.length > 0 && (
        <ChoiceField
          label={`Set more of ${name}`}
          value=""
          choices={[{ value: '', label: 'Set more …' }, ...more.map(([property, schema]) => ({ value: property, label: titleWords(property, schema) }))]}
          onChange={(property) => onChange(property, valueNow(property, schemas[property], picture.twins.get(id)))}
        />
      )}
    </fieldset>
  )
}

interface ValueFieldProps {
  label: string
  property: string
  value: unknown
  schema: Schema | undefined
  onChange: (value: unknown) => void
}

/** One value: a number with its unit, or one of a few words. */
function ValueField({ label, property, value, schema, onChange }: ValueFieldProps) {
  if (typeof value === 'number') return <NumberField label={label} value={value} schema={schema} onChange={onChange} />
  const choices: unknown[] = schema?.type === 'boolean' ? [true, false] : (schema?.enum ?? [value])
  return (
    <ChoiceField
      label={label}
      value={JSON.stringify(value)}
      choices={choices.map((choice) => ({ value: JSON.stringify(choice), label: valueWords(property, choice, schema) }))}
      onChange={(next) => onChange(JSON.parse(next))}
    />
  )
}
