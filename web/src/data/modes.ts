import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must, newKey } from '../api/client'
import type { Clause, Modes } from '../api/types'
import { keys } from './keys'

/** How the home is set, and how it may be. */
export function useModes(home: string) {
  return useQuery({
    queryKey: keys.modes(home),
    queryFn: () => must(api.GET('/homes/{home}/modes', { params: { path: { home } } })),
  })
}

function useModeChange<Input>(home: string, change: (input: Input) => Promise<unknown>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.modes(home) }),
  })
}

/** Sets the home to a mode. */
export function useSetMode(home: string) {
  return useModeChange(home, (mode: string) =>
    must(api.POST('/homes/{home}/mode', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body: { mode } })),
  )
}

/** Makes a mode of the home's own. */
export function useAddMode(home: string) {
  return useModeChange(home, (name: string) =>
    must(api.POST('/homes/{home}/modes', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body: { name } })),
  )
}

/** Gives a mode of the home's own another name. */
export function useRenameMode(home: string) {
  return useModeChange(home, ({ modes, mode, name }: { modes: Modes; mode: string; name: string }) =>
    must(api.PATCH('/homes/{home}/modes/{mode}', { params: { path: { home, mode }, header: ifMatch(modes.revision) }, body: { name } })),
  )
}

/** Removes a mode of the home's own. */
export function useRemoveMode(home: string) {
  return useModeChange(home, ({ modes, mode }: { modes: Modes; mode: string }) =>
    must(api.DELETE('/homes/{home}/modes/{mode}', { params: { path: { home, mode }, header: ifMatch(modes.revision) } })),
  )
}

/** Says what rules may never do, in place of what was forbidden before. */
export function useForbid(home: string) {
  return useModeChange(home, ({ modes, clauses }: { modes: Modes; clauses: Clause[] }) =>
    must(api.PATCH('/homes/{home}/settings', { params: { path: { home }, header: ifMatch(modes.revision) }, body: { clauses } })),
  )
}

/** Says whether the person who looks at this page is at home. */
export function useSetPresence(home: string) {
  return useModeChange(home, (present: boolean) =>
    must(api.POST('/homes/{home}/presence', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body: { present } })),
  )
}

/** Says where the home is, in degrees. A tenth of a degree is enough for the sun. */
export function useLocate(home: string) {
  return useModeChange(home, ({ modes, latitude, longitude }: { modes: Modes; latitude: number; longitude: number }) =>
    must(
      api.PATCH('/homes/{home}/settings', {
        params: { path: { home }, header: ifMatch(modes.revision) },
        body: { place: { latitude: Math.round(latitude * 10), longitude: Math.round(longitude * 10) } },
      }),
    ),
  )
}
