import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must } from '../api/client'
import type { Webhook } from '../api/types'
import { keys } from './keys'

const look = 5_000 // milliseconds: how a webhook fares is nothing the live socket tells

/** Whether a member decides what leaves the home. */
export const letsOut = (role: string) => role === 'owner' || role === 'admin'

/** Who outside the home is told what happens in it, and how they fare when that is watched. Others may not ask. */
export function useWebhooks(home: string, role: string, watched: boolean) {
  return useQuery({
    enabled: letsOut(role),
    queryKey: keys.webhooks(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/webhooks', { params: { path: { home } } }))).items,
    refetchInterval: watched && look,
  })
}

/** A change of a webhook, after which all are read again. */
function useChange<Input, Output>(home: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: keys.webhooks(home) }) })
}

export function useAddWebhook(home: string) {
  return useChange(home, (body: { name: string; url: string; types: string[] }) =>
    must(api.POST('/homes/{home}/webhooks', { params: { path: { home } }, body })),
  )
}

/** Switches a webhook on or off. */
export function useTurnWebhook(home: string) {
  return useChange(home, ({ webhook, on }: { webhook: Webhook; on: boolean }) =>
    must(
      api.PATCH('/homes/{home}/webhooks/{webhook}', {
        params: { path: { home, webhook: webhook.id }, header: ifMatch(webhook.revision) }, body: { on },
      }),
    ),
  )
}

export function useRemoveWebhook(home: string) {
  return useChange(home, (webhook: Webhook) =>
    must(
      api.DELETE('/homes/{home}/webhooks/{webhook}', {
        params: { path: { home, webhook: webhook.id }, header: ifMatch(webhook.revision) },
      }),
    ),
  )
}

/** Lets a webhook be told something, to see whether it answers. */
export function useCallWebhook(home: string) {
  return useChange(home, (webhook: Webhook) =>
    must(api.POST('/homes/{home}/webhooks/{webhook}/calls', { params: { path: { home, webhook: webhook.id } } })),
  )
}

/** Replaces the secret of a webhook. */
export function useNewSecret(home: string) {
  return useChange(home, (webhook: Webhook) =>
    must(api.POST('/homes/{home}/webhooks/{webhook}/secret', { params: { path: { home, webhook: webhook.id } } })),
  )
}
