import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import { keys } from './keys'

/** How often the page looks who wants to come in: somebody stands at the gateway. */
const lookEvery = 2000

/** The keys of gateways that wait until somebody has compared their letters. */
export function useNewcomers(home: string) {
  return useQuery({
    queryKey: keys.newcomers(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/gateways/newcomers', { params: { path: { home } } }))).items,
    refetchInterval: lookEvery,
  })
}

/** Lets a newcomer in, or sends it away, once its letters were compared. */
export function useDecide(home: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ letters, same }: { letters: string; same: boolean }) => {
      const what = { params: { path: { home, letters }, header: { 'Idempotency-Key': newKey() } }, body: {} }
      return same
        ? must(api.POST('/homes/{home}/gateways/newcomers/{letters}/confirmation', what))
        : must(api.POST('/homes/{home}/gateways/newcomers/{letters}/refusal', what))
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.newcomers(home) }),
  })
}
