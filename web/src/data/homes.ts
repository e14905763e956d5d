import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must, newKey } from '../api/client'
import type { Home } from '../api/types'
import { keys } from './keys'

/** The homes of the person. */
export function useHomes() {
  return useQuery({ queryKey: keys.homes, queryFn: async () => (await must(api.GET('/homes'))).items })
}

/** Begins a new home in the time zone of this device. */
export function useCreateHome() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (name: string) =>
      must(
        api.POST('/homes', {
          params: { header: { 'Idempotency-Key': newKey() } },
          body: { name, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.homes }),
  })
}

/** Gives the home a new name. */
export function useRenameHome() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ home, name }: { home: Home; name: string }) =>
      must(
        api.PATCH('/homes/{home}', { params: { path: { home: home.id }, header: ifMatch(home.revision) }, body: { name } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.homes }),
  })
}
