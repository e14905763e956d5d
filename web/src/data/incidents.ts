import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, newKey } from '../api/client'
import type { Incident } from '../api/types'
import { keys } from './keys'

/** The most events of one incident. */
export const mostEvents = 5000
/** The longest note, in characters. */
export const longestNote = 2000

/** The parts of the past that were marked, the newest first. */
export function useIncidents(home: string, wanted = true) {
  return useQuery({
    enabled: wanted,
    queryKey: keys.incidents(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/incidents', { params: { path: { home } } }))).items,
  })
}

function useIncidentChange<Input, Output>(home: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: keys.incidents(home) }) })
}

/** What an incident is made of. */
export interface IncidentWish {
  name: string
  note: string
  after: number
  to: number
  rooms: string[]
}

/** Keeps a part of the past under a name. */
export function useMarkIncident(home: string) {
  return useIncidentChange(home, (body: IncidentWish) =>
    must(api.POST('/homes/{home}/incidents', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body })),
  )
}

/** Removes a mark: its name, its note and its links. */
export function useRemoveIncident(home: string) {
  return useIncidentChange(home, ({ id }: Incident) =>
    must(api.DELETE('/homes/{home}/incidents/{incident}', { params: { path: { home, incident: id } } })),
  )
}

/** Makes a link to an incident for so many hours; it is told only now. */
export function useShareIncident(home: string) {
  return useIncidentChange(home, ({ id, hours }: { id: string; hours: number }) =>
    must(api.POST('/homes/{home}/incidents/{incident}/links', { params: { path: { home, incident: id } }, body: { hours } })),
  )
}

/** Ends every link to an incident. */
export function useUnshareIncident(home: string) {
  return useIncidentChange(home, ({ id }: Incident) =>
    must(api.DELETE('/homes/{home}/incidents/{incident}/links', { params: { path: { home, incident: id } } })),
  )
}
