import { memo, type ReactNode } from 'react'
import type { Device } from '../api/types'
import { useStage } from '../data/Scene'
import { type DeviceView, intended, reported } from '../data/truth'
import { type DeviceParts, useView } from '../data/useDeviceView'
import { lampColor } from './color'
import { Guard, Movement, PropertyChoices, PropertySlider, PropertyStepper, settable } from './controls'
import { Tile } from './Tile'

/** A tap turns it to the other side of what is wanted now. */
function useToggle(view: DeviceView, property: string) {
  const { ask } = useStage()
  if (!settable(view, property)) return undefined
  const now = reported(view.twin, property)
  return {
    pressed: typeof now === 'boolean' ? now : undefined,
    wanted: intended(view, property),
    press: () => ask(view.device.id, { set: { [property]: intended(view, property) !== true } }),
  }
}

type TileOf = (props: { view: DeviceView }) => ReactNode

const Switched: TileOf = ({ view }) => (
  <Tile view={view} toggle={useToggle(view, 'onOff')} light={lampColor(view.twin)}>
    {settable(view, 'currentLevel') && <PropertySlider view={view} property="currentLevel" />}
  </Tile>
)

const Curtain: TileOf = ({ view }) => (
  <Tile view={view}>
    <Movement view={view} />
  </Tile>
)

const AirConditioner: TileOf = ({ view }) => {
  const heating = reported(view.twin, 'systemMode') === 'heat'
  return (
    <Tile view={view} toggle={useToggle(view, 'onOff')}>
      <PropertyStepper
        view={view}
        property={heating ? 'occupiedHeatingSetpoint' : 'occupiedCoolingSetpoint'}
        step={0.5}
        start={heating ? 20 : 24}
      />
    </Tile>
  )
}

const Thermostat: TileOf = ({ view }) => (
  <Tile view={view}>
    <PropertyStepper view={view} property="occupiedHeatingSetpoint" step={0.5} start={20} />
  </Tile>
)

const Lock: TileOf = ({ view }) => (
  <Tile view={view}>
    <Guard
      view={view}
      state="lockState"
      secured="locked"
      secure={{ action: 'lockDoor', words: 'Lock' }}
      open={{ action: 'unlockDoor', words: 'Unlock' }}
    />
  </Tile>
)

const Valve: TileOf = ({ view }) => (
  <Tile view={view}>
    <Guard
      view={view}
      state="valveState"
      secured="closed"
      secure={{ action: 'closeValve', words: 'Close' }}
      open={{ action: 'openValve', words: 'Open' }}
    />
  </Tile>
)

/** A camera is on while it watches, which is the other side of its privacy. */
const Camera: TileOf = ({ view }) => {
  const privacy = useToggle(view, 'privacyMode')
  const other = (value: unknown) => (typeof value === 'boolean' ? !value : undefined)
  return <Tile view={view} toggle={privacy && { ...privacy, pressed: other(privacy.pressed), wanted: other(privacy.wanted) }} />
}

const Reading: TileOf = ({ view }) => <Tile view={view} small />

/** A kind this page does not know: its first switch and its first choice, if it has any. */
const Unfamiliar: TileOf = ({ view }) => {
  const names = Object.keys(view.device.affordances.properties)
  const choice = names.find((name) => settable(view, name)?.enum)
  return (
    <Tile view={view} toggle={useToggle(view, names.find((n) => settable(view, n)?.type === 'boolean') ?? '')}>
      {choice && <PropertyChoices view={view} property={choice} />}
    </Tile>
  )
}

const tiles: Record<string, TileOf> = {
  light: Switched,
  'dimmable-light': Switched,
  'color-light': Switched,
  dimmer: Switched,
  switch: Switched,
  plug: Switched,
  curtain: Curtain,
  'air-conditioner': AirConditioner,
  thermostat: Thermostat,
  lock: Lock,
  valve: Valve,
  'camera-hub': Camera,
}

/** Whether a device is only read: it has nothing that can be set or done but showing itself. */
export function isReading(device: Device): boolean {
  const { properties, actions } = device.affordances
  return (
    Object.values(properties).every((schema) => schema.read_only) &&
    Object.keys(actions).every((action) => action === 'identify')
  )
}

/** The tile that fits the kind of the device; drawn again only when the device changes. */
export const DeviceTile = memo(function DeviceTile(parts: DeviceParts) {
  const view = useView(parts)
  const Kind = tiles[parts.device.kind] ?? (isReading(parts.device) ? Reading : Unfamiliar)
  return <Kind view={view} />
})
