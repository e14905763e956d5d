import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import type { CorrectionRequest, TariffRequest } from '../api/types'
import { keys } from './keys'

/** How far back a chart looks, and in which steps. */
export const ranges = {
  day: { ms: 86_400_000, size: 'five_minutes' },
  week: { ms: 7 * 86_400_000, size: 'hour' },
  month: { ms: 30 * 86_400_000, size: 'hour' },
  year: { ms: 365 * 86_400_000, size: 'day' },
} as const
export type Range = keyof typeof ranges

/** A chart that is shown is asked for again once a minute. */
const fresh = 60_000

/** What a value of a device was like up to an instant, beside the stretch before. */
export function useStatistics(home: string, device: string, property: string, range: Range, to: number) {
  const { ms, size } = ranges[range]
  const query = { property, size, from: new Date(to - ms).toISOString(), to: new Date(to).toISOString(), compare: true }
  return useQuery({
    queryKey: keys.statistics(home, device, query),
    queryFn: () => must(api.GET('/homes/{home}/devices/{device}/statistics', { params: { path: { home, device }, query } })),
    enabled: property !== '',
    placeholderData: keepPreviousData,
    staleTime: fresh,
  })
}

/** What the home used from one day to another. */
export function useEnergy(home: string, query: { from: string; to: string; by: 'day' | 'month' }) {
  return useQuery({
    queryKey: keys.energy(home, 'used', query),
    queryFn: () => must(api.GET('/homes/{home}/energy', { params: { path: { home }, query } })),
    placeholderData: keepPreviousData,
    staleTime: fresh,
    refetchInterval: fresh,
  })
}

/** What electricity costs. */
export function useTariffs(home: string) {
  return useQuery({
    queryKey: keys.energy(home, 'tariffs'),
    queryFn: async () => (await must(api.GET('/homes/{home}/tariffs', { params: { path: { home } } }))).items,
  })
}

/** What was put right about readings and totals. */
export function useCorrections(home: string) {
  return useQuery({
    queryKey: keys.energy(home, 'corrections'),
    queryFn: async () => (await must(api.GET('/homes/{home}/corrections', { params: { path: { home } } }))).items,
  })
}

/** A change after which everything about energy is read again. */
function useEnergyChange<Input>(home: string, change: (input: Input) => Promise<unknown>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.energy(home) }),
  })
}

const once = (home: string) => ({ path: { home }, header: { 'Idempotency-Key': newKey() } })

/** Says what electricity costs from a day on. */
export function useSetTariff(home: string) {
  return useEnergyChange(home, (body: TariffRequest) => must(api.POST('/homes/{home}/tariffs', { params: once(home), body })))
}

/** Removes the price from a day on. */
export function useRemoveTariff(home: string) {
  return useEnergyChange(home, (from: string) =>
    must(api.DELETE('/homes/{home}/tariffs/{from}', { params: { path: { home, from } } })),
  )
}

/** Puts right what a device used. */
export function useCorrect(home: string) {
  return useEnergyChange(home, (body: CorrectionRequest) => must(api.POST('/homes/{home}/corrections', { params: once(home), body })))
}

/** Lets what the device told count again. */
export function useWithdrawCorrection(home: string) {
  return useEnergyChange(home, (correction: string) =>
    must(api.DELETE('/homes/{home}/corrections/{correction}', { params: { path: { home, correction } } })),
  )
}
