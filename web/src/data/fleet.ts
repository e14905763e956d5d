import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Gateway, RadioPairing } from '../api/types'
import { clock } from './clock'
import { keys } from './keys'

// What a gateway is asked while it is connected. Nothing of it is kept longer than
// it is shown, and a refusal is shown at once: asking again is the person's wish.
const live = { retry: false, gcTime: 0 } as const

const at = (home: string, gateway: string) => ({ path: { home, gateway } })

/** Has the gateway look for what is wrong with it. */
export function useHealth(home: string, gateway: Gateway) {
  return useQuery({
    queryKey: keys.fleet(home, gateway.id, 'health'),
    queryFn: () => must(api.GET('/homes/{home}/gateways/{gateway}/health', { params: at(home, gateway.id) })),
    enabled: gateway.connected,
    ...live,
  })
}

/** Which lines of the log are wanted. */
export interface LogFilter {
  lines: number
  level: 'debug' | 'info' | 'warn' | 'error' | undefined
}

/** The newest lines of the gateway's log, once they are asked for. */
export function useGatewayLog(home: string, gateway: Gateway, filter: LogFilter | null) {
  return useQuery({
    queryKey: keys.fleet(home, gateway.id, 'log', filter?.level ?? '', filter?.lines ?? 0),
    queryFn: () =>
      must(
        api.GET('/homes/{home}/gateways/{gateway}/log', {
          params: { ...at(home, gateway.id), query: { lines: filter?.lines, level: filter?.level } },
        }),
      ),
    enabled: gateway.connected && filter !== null,
    ...live,
  })
}

/** A radio, and until when it is open by this page's clock. */
export type OpenRadio = RadioPairing & { until: number }

const withEnd = (radio: RadioPairing): OpenRadio => ({ ...radio, until: clock.now() + radio.left_ms })

/** How often is asked how a device that joins is doing. */
const joiningPeriod = 2000

/** How the radios stand with new devices. */
export function useRadios(home: string, gateway: Gateway) {
  return useQuery({
    queryKey: keys.fleet(home, gateway.id, 'pairing'),
    queryFn: async () =>
      (await must(api.GET('/homes/{home}/gateways/{gateway}/pairing', { params: at(home, gateway.id) }))).radios.map(withEnd),
    enabled: gateway.connected,
    refetchInterval: ({ state }) => (state.data?.some((radio) => radio.joining === 'running') ? joiningPeriod : false),
    ...live,
  })
}

/** Opens a radio to new devices for some seconds; 0 closes it. */
export function useOpenRadio(home: string, gateway: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (window: { radio: string; seconds: number }) =>
      must(api.PUT('/homes/{home}/gateways/{gateway}/pairing', { params: at(home, gateway), body: window })),
    onSuccess: ({ radios }) => queries.setQueryData(keys.fleet(home, gateway, 'pairing'), radios.map(withEnd)),
  })
}

/** Begins to let in the device with a code. */
export function useCommission(home: string, gateway: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (order: { radio: string; code: string }) =>
      must(api.PUT('/homes/{home}/gateways/{gateway}/commissioning', { params: at(home, gateway), body: order })),
    onSuccess: ({ radios }) => queries.setQueryData(keys.fleet(home, gateway, 'pairing'), radios.map(withEnd)),
  })
}

/** Who is paired with the gateway itself. */
export function useLocalClients(home: string, gateway: Gateway) {
  return useQuery({
    queryKey: keys.fleet(home, gateway.id, 'clients'),
    queryFn: async () =>
      (await must(api.GET('/homes/{home}/gateways/{gateway}/clients', { params: at(home, gateway.id) }))).items,
    enabled: gateway.connected,
    ...live,
  })
}

/** Ends the pairing of a client with the gateway. */
export function useEndClient(home: string, gateway: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (client: string) =>
      must(
        api.DELETE('/homes/{home}/gateways/{gateway}/clients/{client}', { params: { path: { home, gateway, client } } }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.fleet(home, gateway, 'clients') }),
  })
}
