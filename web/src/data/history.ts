import { type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must } from '../api/client'
import type { Command, Event } from '../api/types'
import { keys } from './keys'
import { type HomePicture, lastStep, withCommands } from './picture'

/** How many events come with one answer. */
const page = 30
/** How many commands: each takes some room. */
const commandsPage = 5

/** Keeps events, so that asking for the cause of one seldom needs the server. */
export function keepEvents(queries: QueryClient, home: string, events: readonly Event[]): void {
  for (const event of events) queries.setQueryData(keys.event(home, event.seq), event)
}

/** One event. What is recorded never changes, so it is asked for once. */
export function useEvent(home: string, seq: number | null) {
  return useQuery({
    queryKey: keys.event(home, seq ?? 0),
    queryFn: () => must(api.GET('/homes/{home}/events/{seq}', { params: { path: { home, seq: seq ?? 0 } } })),
    enabled: seq !== null && seq > 0,
    staleTime: Infinity,
  })
}

/** The newest events about one thing, kept up to date by the live socket. */
export function useHistory(home: string, entity: string) {
  return useQuery<Event[]>({
    queryKey: keys.history(home, entity),
    queryFn: async ({ client }) => {
      const query = { entity, order: 'desc' as const, limit: page }
      const { items } = await must(api.GET('/homes/{home}/events', { params: { path: { home }, query } }))
      keepEvents(client, home, items)
      return items
    },
    staleTime: Infinity,
    refetchOnMount: 'always',
  })
}

/** The newest events of the whole home, kept up to date by the live socket. */
export function useRecent(home: string, enabled: boolean) {
  return useQuery<Event[]>({
    queryKey: keys.recent(home),
    queryFn: async ({ client }) => {
      const query = { order: 'desc' as const, limit: page }
      const { items } = await must(api.GET('/homes/{home}/events', { params: { path: { home }, query } }))
      keepEvents(client, home, items)
      return items
    },
    enabled,
    staleTime: Infinity,
    refetchOnMount: 'always',
  })
}

/** Fetches what lies before the oldest event shown. */
export function useEarlier(home: string, entity: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (before: number) =>
      (
        await must(
          api.GET('/homes/{home}/events', {
            params: { path: { home }, query: { entity, order: 'desc', before, limit: page } },
          }),
        )
      ).items,
    onSuccess: (older) =>
      queries.setQueryData<Event[]>(keys.history(home, entity), (held = []) => [
        ...held,
        ...older.filter((event) => event.seq < (held.at(-1)?.seq ?? Infinity)),
      ]),
  })
}

/** The commands a device was given, newest first; the open ones move by themselves. */
export function useCommands(home: string, device: string, live: ReadonlyMap<string, Command>) {
  const query = useInfiniteQuery({
    queryKey: keys.commands(home, device),
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/homes/{home}/commands', {
          params: { path: { home }, query: { device, limit: commandsPage, before: pageParam } },
        }),
      ),
    getNextPageParam: (last) => (last.next ? last.items.at(-1)?.requested.seq : undefined),
  })
  const known = new Map<string, Command>()
  for (const command of query.data?.pages.flatMap((p) => p.items) ?? []) known.set(command.id, command)
  for (const command of live.values()) {
    const held = known.get(command.id)
    if (command.device === device && (!held || lastStep(held) < lastStep(command))) known.set(command.id, command)
  }
  const items = [...known.values()].sort((a, b) => b.requested.seq - a.requested.seq)
  return { ...query, items }
}

/** Takes a wish back that was not sent yet. */
export function useWithdraw(home: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (command: Command) =>
      must(
        api.DELETE('/homes/{home}/commands/{command}', {
          params: { path: { home, command: command.id }, header: ifMatch(lastStep(command)) },
        }),
      ),
    onSuccess: (command) =>
      queries.setQueryData<HomePicture>(keys.picture(home), (held) => held && withCommands(held, [command])),
  })
}
