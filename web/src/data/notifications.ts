import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Schemas } from '../api/types'
import { useAccountChange } from './account'
import { keys } from './keys'

/** How the person is told what happens in their homes. */
export const useNotifications = () =>
  useQuery({ queryKey: keys.account('notifications'), queryFn: () => must(api.GET('/account/notifications')) })

export const useChooseNotifications = () =>
  useAccountChange((body: Schemas['NotificationChange']) => must(api.PUT('/account/notifications', { body })))

/** Gives an address, to which a code is sent. */
export const useSetAddress = () =>
  useAccountChange((address: string) => must(api.POST('/account/notifications/address', { body: { address } })))

export const useConfirmAddress = () =>
  useAccountChange((code: string) => must(api.POST('/account/notifications/address/confirm', { body: { code } })))

export const useRemoveAddress = () => useAccountChange(() => must(api.DELETE('/account/notifications/address')))
