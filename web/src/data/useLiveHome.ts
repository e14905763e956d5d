import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Event, News } from '../api/types'
import { clock } from './clock'
import { keepEvents } from './history'
import { followHome, type LinkState, type Socket } from './live'
import { keys } from './keys'
import { loadPicture } from './load'
import { type HomePicture, withNews } from './picture'
import { forgetEverything } from './queries'
import { refreshAutomation } from './rules'

/** How many events of a device's history are kept while it is shown. */
const keptHistory = 500

/** The present picture of a home, kept up to date while the page follows it. */
export function usePresent(home: string) {
  const queries = useQueryClient()
  return useQuery({
    queryKey: keys.picture(home),
    queryFn: async () => {
      const loaded = await loadPicture(home)
      // News may have come while this was loading; it will not be told again.
      const held = queries.getQueryData<HomePicture>(keys.picture(home))
      return held && held.seq > loaded.seq ? held : loaded
    },
    staleTime: Infinity,
    structuralSharing: false, // the fold keeps what is unchanged; comparing again would cost more
  })
}

/** Where the live connection of the home stands. */
export function useLink(home: string): LinkState {
  const { data } = useQuery<LinkState>({ queryKey: keys.link(home), enabled: false, staleTime: Infinity })
  return data ?? { kind: 'connecting', since: 0 }
}

function connect(home: string, after: number): Socket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const line = new WebSocket(`${scheme}://${location.host}/api/v1/homes/${home}/live?after=${after}`)
  const socket: Socket = { onmessage: null, onclose: null, close: () => line.close() }
  line.onmessage = (event) => socket.onmessage?.(event)
  line.onclose = (event) => socket.onclose?.(event)
  return socket
}

function prepend(held: Event[] | undefined, newest: Event[]): Event[] | undefined {
  const newer = newest.filter((event) => event.seq > (held?.[0]?.seq ?? 0))
  return held && newer.length > 0 ? [...newer, ...held].slice(0, keptHistory) : held
}

/** Puts news into every answer that is kept. */
export function spread(queries: QueryClient, home: string, news: News): void {
  queries.setQueryData<HomePicture>(keys.picture(home), (held) => held && withNews(held, news))
  const newest = news.events.toReversed()
  // Later events name the command they follow from.
  keepEvents(queries, home, newest.filter((event) => event.type === 'command.requested'))
  queries.setQueryData<Event[]>(keys.recent(home), (held) => prepend(held, newest))
  refreshAutomation(queries, home, newest)
  for (const [entity, events] of Map.groupBy(newest, (event) => event.entity)) {
    queries.setQueryData<Event[]>(keys.history(home, entity), (held) => prepend(held, events))
  }
}

/** Follows the home as long as the component is shown. Use it once per page. */
export function useFollowing(home: string): void {
  const queries = useQueryClient()
  const { isSuccess } = usePresent(home)
  useEffect(() => {
    if (!isSuccess) return
    return followHome({
      connect: (after) => connect(home, after),
      after: () => queries.getQueryData<HomePicture>(keys.picture(home))?.seq ?? 0,
      onNews: (news) => spread(queries, home, news),
      onNow: (now) => clock.hear(now),
      onLink: (state) => {
        queries.setQueryData(keys.link(home), state)
        // What could not be read while nobody answered can be read now.
        if (state.kind === 'live') void queries.refetchQueries({ type: 'active', predicate: (query) => query.state.status === 'error' })
      },
      onSignedOut: () => forgetEverything(queries),
      onChanged: () => void queries.resetQueries({ queryKey: keys.picture(home) }),
      // A refused upgrade looks like a broken line. Asking again tells them apart.
      onTrouble: () => void queries.invalidateQueries({ queryKey: keys.picture(home) }),
    })
  }, [home, isSuccess, queries])
}
