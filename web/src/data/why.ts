import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Why } from '../api/types'
import { keepEvents } from './history'
import { keys } from './keys'

/** What is asked about: an event, or a value of a device since it is so. */
export type Asked = { seq: number } | { device: string; property: string; since: string }

/** Why something happened, back to what it began with. What is recorded never changes, so it is asked for once. */
export function useWhy(home: string, asked: Asked | null) {
  return useQuery<Why>({
    queryKey: keys.why(home, asked),
    queryFn: async ({ client }) => {
      const query = asked && 'seq' in asked ? { seq: asked.seq } : { device: asked?.device, property: asked?.property }
      const why = await must(api.GET('/homes/{home}/history/why', { params: { path: { home }, query } }))
      keepEvents(client, home, why.links.map(({ event }) => event))
      return why
    },
    enabled: asked !== null,
    staleTime: Infinity,
  })
}
