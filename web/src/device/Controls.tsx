import { useStage } from '../data/Scene'
import { type DeviceView, intended, reported } from '../data/truth'
import { Choices } from '../parts/Choices'
import { Press } from '../parts/Press'
import { TwoStep } from '../parts/TwoStep'
import { PropertyChoices, PropertySlider, PropertyStepper, settable } from '../tiles/controls'
import { whiteOf } from '../tiles/color'
import { byWeight, titleWords, valueWords } from '../words/values'
import styles from './Device.module.css'

/** Whether there is anything to set or to do. */
export function hasControls(view: DeviceView): boolean {
  const { properties, actions } = view.device.affordances
  return Object.keys(actions).length > 0 || Object.keys(properties).some((name) => settable(view, name))
}

/** A control for everything that can be set or done, drawn from what the device says it can. */
export function Controls({ view }: { view: DeviceView }) {
  const { properties, actions } = view.device.affordances
  const names = Object.keys(properties).filter((name) => settable(view, name)).sort(byWeight)
  return (
    <div className={styles.controls}>
      {names.map((name) => (
        <Control key={name} view={view} property={name} />
      ))}
      {Object.keys(actions).length > 0 && (
        <div className={styles.actions}>
          {Object.keys(actions).map((name) => (
            <Action key={name} view={view} action={name} />
          ))}
        </div>
      )}
    </div>
  )
}

const tracks: Record<string, string> = {
  currentHue: 'linear-gradient(to right, #e5484d, #e2c93e, #46b450, #3bb3c3, #4a63e0, #c04bd0, #e5484d)',
  colorTemperatureMireds: `linear-gradient(to right, ${whiteOf(100)}, ${whiteOf(250)}, ${whiteOf(370)}, ${whiteOf(600)})`,
}

function Control({ view, property }: { view: DeviceView; property: string }) {
  const schema = settable(view, property)
  if (!schema) return null
  const now = reported(view.twin, property)
  return (
    <div className={styles.control}>
      <p className={styles.label}>
        <span>{titleWords(property, schema)}</span>
        <span className="numbers">{now === undefined ? 'not heard yet' : valueWords(property, now, schema)}</span>
      </p>
      {schema.type === 'boolean' ? (
        <OnOff view={view} property={property} />
      ) : schema.enum ? (
        <PropertyChoices view={view} property={property} />
      ) : schema.unit === 'celsius' ? (
        <PropertyStepper view={view} property={property} step={schema.multipleOf ?? 0.5} start={20} />
      ) : schema.type === 'integer' || schema.type === 'number' ? (
        <PropertySlider view={view} property={property} track={tracks[property]} />
      ) : null}
    </div>
  )
}

function OnOff({ view, property }: { view: DeviceView; property: string }) {
  const { ask } = useStage()
  const text = (value: unknown) => (typeof value === 'boolean' ? String(value) : undefined)
  const title = titleWords(property, view.device.affordances.properties[property])
  return (
    <Choices
      label={`${view.device.name}: ${title}`}
      choices={[
        { value: 'false', label: valueWords(property, false) },
        { value: 'true', label: valueWords(property, true) },
      ]}
      reported={text(reported(view.twin, property))}
      wanted={text(intended(view, property))}
      onWish={(value) => ask(view.device.id, { set: { [property]: value === 'true' } })}
    />
  )
}

function Action({ view, action }: { view: DeviceView; action: string }) {
  const { ask } = useStage()
  const { device, reach } = view
  const affordance = device.affordances.actions[action]
  if (!affordance || affordance.input) return null // no model asks for more yet
  const press = () => ask(device.id, { action })
  const title = action === 'identify' ? 'Show which one it is' : affordance.title
  if (affordance.class !== 'A') return <Press name={`${device.name}: ${title.toLowerCase()}`} onPress={press}>{title}</Press>
  const away = reach.kind === 'gateway-away' || reach.kind === 'cut-off'
  return (
    <TwoStep
      first={affordance.title}
      question={`${affordance.title} ${device.name}?`}
      refusal={away ? 'The gateway is away. This is only done while it is there.' : null}
      onPress={press}
    />
  )
}
