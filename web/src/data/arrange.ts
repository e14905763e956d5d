import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must, newKey, Refusal } from '../api/client'
import type { Device, Gateway, Room, Settings } from '../api/types'
import { keys } from './keys'

/**
 * A change that is refused because somebody else was first needs the newest
 * state; the live socket has mostly brought it by then, reading again is sure.
 */
function useChange<Input, Output>(home: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onError: (error) => {
      if (error instanceof Refusal && error.status === 412) {
        void queries.invalidateQueries({ queryKey: keys.picture(home) })
      }
    },
  })
}

/** Renames a device or moves it to a room; null takes it out of its room. */
export function useChangeDevice(home: string) {
  return useChange(home, ({ device, change }: { device: Device; change: { name?: string; room?: string | null } }) =>
    must(
      api.PATCH('/homes/{home}/devices/{device}', {
        params: { path: { home, device: device.id }, header: ifMatch(device.revision) },
        body: change,
      }),
    ),
  )
}

/** Removes a device from the home; its history stays. */
export function useRemoveDevice(home: string) {
  return useChange(home, (device: Device) =>
    must(
      api.DELETE('/homes/{home}/devices/{device}', {
        params: { path: { home, device: device.id }, header: ifMatch(device.revision) },
      }),
    ),
  )
}

/** Lets another device take the place, the room and the name of one. */
export function useReplaceDevice(home: string) {
  return useChange(home, ({ device, by }: { device: Device; by: string }) =>
    must(
      api.POST('/homes/{home}/devices/{device}/replacement', {
        params: { path: { home, device: device.id }, header: { 'Idempotency-Key': newKey() } },
        body: { by },
      }),
    ),
  )
}

/** Adds a room. */
export function useAddRoom(home: string) {
  return useChange(home, (name: string) =>
    must(
      api.POST('/homes/{home}/rooms', {
        params: { path: { home }, header: { 'Idempotency-Key': newKey() } },
        body: { name },
      }),
    ),
  )
}

/** Gives a room a new name. */
export function useRenameRoom(home: string) {
  return useChange(home, ({ room, name }: { room: Room; name: string }) =>
    must(
      api.PATCH('/homes/{home}/rooms/{room}', {
        params: { path: { home, room: room.id }, header: ifMatch(room.revision) },
        body: { name },
      }),
    ),
  )
}

/** Removes a room; its devices are in no room then. */
export function useRemoveRoom(home: string) {
  return useChange(home, (room: Room) =>
    must(
      api.DELETE('/homes/{home}/rooms/{room}', {
        params: { path: { home, room: room.id }, header: ifMatch(room.revision) },
      }),
    ),
  )
}

/** Turns a gateway out for good. */
export function useTurnOut(home: string) {
  return useChange(home, (gateway: Gateway) =>
    must(
      api.DELETE('/homes/{home}/gateways/{gateway}', {
        params: { path: { home, gateway: gateway.id }, header: ifMatch(gateway.revision) },
      }),
    ),
  )
}

/** Wants other settings of a gateway's agent. The live socket tells how far that came. */
export function useConfigure(home: string) {
  return useChange(home, ({ gateway, settings }: { gateway: Gateway; settings: Settings }) =>
    must(
      api.PUT('/homes/{home}/gateways/{gateway}/configuration', {
        params: { path: { home, gateway: gateway.id }, header: ifMatch(gateway.configuration.version) },
        body: settings,
      }),
    ),
  )
}

/** Makes the permission for one new gateway, or for another key of one that is here; it is shown once. */
export function useClaim(home: string) {
  return useMutation({
    mutationFn: (gateway?: string) =>
      must(
        api.POST('/homes/{home}/gateways/claims', {
          params: { path: { home } },
          body: gateway === undefined ? {} : { gateway },
        }),
      ),
  })
}
