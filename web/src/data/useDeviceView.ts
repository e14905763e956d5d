import type { Command, Device, Twin } from '../api/types'
import type { Ask } from './asks'
import { type Scene, useScene, useStage } from './Scene'
import { type DeviceView, newestCommand, progressOf, reachOf, tickFor, troubleFor } from './truth'
import { usePassed } from './useNow'

/** What is known of one device: objects that stay the same until the device changes. */
export interface DeviceParts {
  device: Device
  twin: Twin | undefined
  /** Since when its gateway is away; null while it is connected. */
  awaySince: string | null
  command: Command | undefined
  ask: Ask | undefined
}

/** Picks what is known of a device out of a scene. */
export function partsOf({ picture, asks }: Scene, device: Device, command: Command | undefined): DeviceParts {
  const gateway = picture.gateways.get(device.gateway)
  return {
    device,
    twin: picture.twins.get(device.id),
    awaySince: gateway && !gateway.connected ? gateway.since : null,
    command,
    ask: asks[device.id],
  }
}

/** What a tile or page shows of a device. */
export function useView({ device, twin, awaySince, command, ask }: DeviceParts): DeviceView {
  const { cutOff } = useStage()
  const ended = command?.ended
  const passed = usePassed(ended ? Date.parse(ended.at) : null, progressLimits)
  return { device, twin, ask, reach: reachOf(twin, awaySince, cutOff), progress: progressOf(twin, command, ask, passed) }
}

const progressLimits = [tickFor, troubleFor] as const

/** The same for a page of one device. */
export function useDeviceView(device: Device): DeviceView {
  const scene = useScene()
  return useView(partsOf(scene, device, newestCommand(device.id, scene.picture.commands.values())))
}
