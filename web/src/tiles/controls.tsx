import { IconChevronDown, IconChevronUp, IconPlayerStopFilled } from '@tabler/icons-react'
import type { Schema } from '../api/types'
import { useStage } from '../data/Scene'
import { type DeviceView, intended, reported } from '../data/truth'
import { Choices } from '../parts/Choices'
import { LevelSlider } from '../parts/LevelSlider'
import { Press } from '../parts/Press'
import { Stepper } from '../parts/Stepper'
import { TwoStep } from '../parts/TwoStep'
import { titleWords, valueWords } from '../words/values'
import styles from './Tile.module.css'

interface ControlProps {
  view: DeviceView
  property: string
}

const numeric = (value: unknown) => (typeof value === 'number' ? value : undefined)
const textual = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** The schema of a property that can be set; undefined when it cannot. */
export function settable(view: DeviceView, property: string): Schema | undefined {
  const schema = view.device.affordances.properties[property]
  return schema && !schema.read_only ? schema : undefined
}

/**
 * What a person means by moving a level: a lamp that is off goes on with its
 * brightness, and the brightness of nothing is off.
 */
export function levelWish(view: DeviceView, property: string, value: number): Record<string, unknown> {
  if (property !== 'currentLevel' || !settable(view, 'onOff')) return { [property]: value }
  if (value === 0) return { onOff: false }
  return intended(view, 'onOff') === true ? { [property]: value } : { onOff: true, [property]: value }
}

/** A slider for a property with a range. */
export function PropertySlider({ view, property, track }: ControlProps & { track?: string }) {
  const { ask, isPast } = useStage()
  const schema = settable(view, property)
  if (!schema) return null
  return (
    <LevelSlider
      label={`${view.device.name}: ${titleWords(property, schema)}`}
      reported={numeric(reported(view.twin, property))}
      wanted={numeric(intended(view, property))}
      min={schema.minimum ?? 0}
      max={schema.maximum ?? 100}
      step={schema.multipleOf ?? 1}
      words={(value) => valueWords(property, value, schema)}
      disabled={isPast}
      track={track}
      onWish={(value) => ask(view.device.id, { set: levelWish(view, property, value) })}
    />
  )
}

/** Less and more for a property with a range. */
export function PropertyStepper({ view, property, step, start }: ControlProps & { step: number; start: number }) {
  const { ask, isPast } = useStage()
  const schema = settable(view, property)
  if (!schema || isPast) return null
  return (
    <Stepper
      label={`${view.device.name}: ${titleWords(property, schema)}`}
      value={numeric(intended(view, property))}
      start={start}
      min={schema.minimum ?? 0}
      max={schema.maximum ?? 100}
      step={step}
      words={(value) => valueWords(property, value, schema)}
      onWish={(value) => ask(view.device.id, { set: { [property]: value } })}
    />
  )
}

/** The possibilities of a property, side by side. */
export function PropertyChoices({ view, property }: ControlProps) {
  const { ask, isPast } = useStage()
  const schema = settable(view, property)
  if (!schema?.enum || isPast) return null
  return (
    <Choices
      label={`${view.device.name}: ${titleWords(property, schema)}`}
      choices={schema.enum.map((value) => ({ value: String(value), label: valueWords(property, value, schema) }))}
      reported={textual(reported(view.twin, property))}
      wanted={textual(intended(view, property))}
      onWish={(value) => ask(view.device.id, { set: { [property]: value } })}
    />
  )
}

/** Open, stop and close. */
export function Movement({ view }: { view: DeviceView }) {
  const { ask, isPast } = useStage()
  const { id, name } = view.device
  if (isPast) return null
  return (
    <div className={styles.row} role="group" aria-label={name}>
      <Press name={`${name}: open`} onPress={() => ask(id, { action: 'upOrOpen' })}>
        <IconChevronUp size={20} aria-hidden />
      </Press>
      <Press name={`${name}: stop`} onPress={() => ask(id, { action: 'stopMotion' })}>
        <IconPlayerStopFilled size={14} aria-hidden />
      </Press>
      <Press name={`${name}: close`} onPress={() => ask(id, { action: 'downOrClose' })}>
        <IconChevronDown size={20} aria-hidden />
      </Press>
    </div>
  )
}

interface GuardProps {
  view: DeviceView
  state: string
  secured: string
  secure: { action: string; words: string }
  open: { action: string; words: string }
}

/** What secures is one tap; what opens is asked twice, and only while the gateway is there. */
export function Guard({ view, state, secured, secure, open }: GuardProps) {
  const { ask, isPast } = useStage()
  const { id, name } = view.device
  if (isPast) return null
  const is = reported(view.twin, state)
  const away = view.reach.kind !== 'here' && view.reach.kind !== 'unreachable'
  return (
    <div className={styles.row}>
      {is !== secured && (
        <Press strong={is !== 'open'} name={`${name}: ${secure.words.toLowerCase()}`} onPress={() => ask(id, { action: secure.action })}>
          {secure.words}
        </Press>
      )}
      {is !== 'unlocked' && is !== 'open' && (
        <TwoStep
          first={open.words}
          question={`${open.words} ${name}?`}
          refusal={away ? 'The gateway is away. This is only done while it is there.' : null}
          onPress={() => ask(id, { action: open.action })}
        />
      )}
    </div>
  )
}
