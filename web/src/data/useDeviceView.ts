import { useMemo } from 'react'
import type { Device } from '../api/types'
import { useScene } from './Scene'
import { type DeviceView, newestCommand, progressOf, reachOf } from './truth'
import { useNow } from './useNow'

/** What one tile or page shows of a device, in the scene around it. */
export function useDeviceView(device: Device): DeviceView {
  const { picture, past, asks, cutOff } = useScene()
  const twin = picture.twins.get(device.id)
  const gateway = picture.gateways.get(device.gateway)
  const command = useMemo(() => newestCommand(device.id, picture.commands.values()), [device.id, picture.commands])
  const now = useNow(1000)
  // Progress ends by time alone; looking once a second is enough for its last words.
  const ask = past === null ? asks[device.id] : undefined
  const progress = progressOf(twin, command, ask, past ?? now)
  return { device, twin, ask, reach: reachOf(twin, gateway, cutOff), progress }
}
