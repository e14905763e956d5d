import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Schemas } from '../api/types'
import { useAccountChange } from './account'
import { keys } from './keys'
import { subscribe, unsubscribe } from './push'

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

/** Lets the person be told in this browser. */
export const useAddBrowser = () =>
  useAccountChange(async (key: string) => must(api.POST('/account/notifications/browsers', { body: await subscribe(key) })))

/** Ends that the person is told in a browser. */
export const useRemoveBrowser = () =>
  useAccountChange(async ({ id, current }: Schemas['Browser']) => {
    await must(api.DELETE('/account/notifications/browsers/{browser}', { params: { path: { browser: id } } }))
    if (current) await unsubscribe()
  })

/** Gives a webhook of the person's own. */
export const useSetOwnWebhook = () =>
  useAccountChange((url: string) => must(api.PUT('/account/notifications/webhook', { body: { url } })))

export const useRemoveOwnWebhook = () => useAccountChange(() => must(api.DELETE('/account/notifications/webhook')))

export const useTryOwnWebhook = () => useAccountChange(() => must(api.POST('/account/notifications/webhook/test')))
