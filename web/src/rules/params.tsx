import type { ReactNode } from 'react'
import type { Condition, RuleAction, Schema, Trigger } from '../api/types'
import type { Things } from '../words/rules'
import { ChoiceField, DaysField, DurationField, HeldField, NumberField, OffsetField, TextField, TimeField } from './fields'

const modeChoices = ({ modes }: Things) => modes.map(({ mode, name }) => ({ value: mode, label: name }))

interface Thresholds {
  device: string
  property: string
  above?: number
  below?: number
  hysteresis?: number
}

type ThresholdChange = Pick<Thresholds, 'above' | 'below' | 'hysteresis'>

/** The numbers a value is compared with. */
function thresholdFields(p: Thresholds, things: Things, label: string, set: (change: ThresholdChange) => void): ReactNode {
  const schema = things.picture.devices.get(p.device)?.affordances.properties[p.property]
  return (
    <>
      {p.above !== undefined && <NumberField label={`${label}: above`} value={p.above} schema={schema} onChange={(above) => set({ above })} />}
      {p.below !== undefined && <NumberField label={`${label}: below`} value={p.below} schema={schema} onChange={(below) => set({ below })} />}
    </>
  )
}

/** How far a value must go back before it may cross again: one that trembles crosses but once. */
function wayBackField(p: Thresholds, things: Things, label: string, set: (change: ThresholdChange) => void): ReactNode {
  const unit = things.picture.devices.get(p.device)?.affordances.properties[p.property]?.unit
  const schema: Schema = { title: '', type: 'number', minimum: 0, read_only: false, ...(unit && { unit }) }
  return (
    <>
      <span aria-hidden>again after going back by</span>
      <NumberField label={`${label}: how far back`} value={p.hysteresis ?? 0} schema={schema} onChange={(far) => set({ hysteresis: far || undefined })} />
    </>
  )
}

/** The fields of a trigger; null for one that says everything by itself. */
export function triggerFields(part: Trigger, things: Things, label: string, onChange: (part: Trigger) => void): ReactNode {
  const { property, time, sun, cron, mode } = part
  if (property) {
    const set = (change: Partial<typeof property>) => onChange({ property: { ...property, ...change } })
    const lasts = property.to !== undefined || property.above !== undefined || property.below !== undefined
    return (
      <>
        {thresholdFields(property, things, label, set)}
        {(property.above !== undefined || property.below !== undefined) && wayBackField(property, things, label, set)}
        {lasts && <HeldField label={`${label}: how long it must last`} value={property.for_ms ?? 0} onChange={(ms) => set({ for_ms: ms || undefined })} />}
      </>
    )
  }
  if (time) {
    return (
      <>
        <TimeField label={`${label}: time`} value={time.at} onChange={(at) => onChange({ time: { ...time, at } })} />
        <DaysField label={`${label}: days`} value={time.days ?? []} onChange={(days) => onChange({ time: { ...time, days } })} />
      </>
    )
  }
  if (sun) return <OffsetField label={`${label}: before or after`} value={sun.offset_minutes ?? 0} onChange={(n) => onChange({ sun: { ...sun, offset_minutes: n } })} />
  if (cron) return <TextField label={`${label}: cron line`} value={cron.line} onChange={(line) => onChange({ cron: { line } })} />
  if (mode) return <ChoiceField label={`${label}: mode`} value={mode.to ?? ''} choices={modeChoices(things)} onChange={(to) => onChange({ mode: { to } })} />
  return null
}

/** The fields of a condition. */
export function conditionFields(part: Condition, things: Things, label: string, onChange: (part: Condition) => void): ReactNode {
  const { property, time, mode, expression } = part
  if (property && (property.above !== undefined || property.below !== undefined)) {
    return thresholdFields(property, things, label, (change) => onChange({ property: { ...property, ...change } }))
  }
  if (time) {
    const set = (change: Partial<typeof time>) => onChange({ time: { ...time, ...change } })
    return (
      <>
        <TimeField label={`${label}: from`} value={time.after ?? ''} onChange={(after) => set({ after })} />
        <span>and</span>
        <TimeField label={`${label}: until`} value={time.before ?? ''} onChange={(before) => set({ before })} />
        <DaysField label={`${label}: days`} value={time.days ?? []} onChange={(days) => set({ days })} />
      </>
    )
  }
  if (mode) return <ChoiceField label={`${label}: mode`} value={mode.is[0] ?? ''} choices={modeChoices(things)} onChange={(to) => onChange({ mode: { is: [to] } })} />
  if (expression !== undefined) return <TextField label={`${label}: expression`} value={expression} onChange={(text) => onChange({ expression: text })} />
  return null
}

/** The fields of an action. */
export function actionFields(part: RuleAction, things: Things, label: string, onChange: (part: RuleAction) => void): ReactNode {
  const { delay, command } = part
  if (delay) return <DurationField label={`${label}: how long`} value={delay.ms} onChange={(ms) => onChange({ delay: { ms } })} />
  const wishes = Object.entries(command?.set ?? {})
  const [property, value] = wishes[0] ?? []
  if (!command || property === undefined || typeof value !== 'number' || wishes.length > 1) return null
  const schema = things.picture.devices.get(command.device)?.affordances.properties[property]
  return <NumberField label={`${label}: value`} value={value} schema={schema} onChange={(n) => onChange({ command: { ...command, set: { [property]: n } } })} />
}
