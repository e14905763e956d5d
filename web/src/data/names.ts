import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import { keys } from './keys'

/** The names of rules, scenes and modes by their ids: events tell of them without a name. */
export function useNames(home: string): ReadonlyMap<string, string> | undefined {
  return useQuery({
    queryKey: keys.names(home),
    queryFn: async () => {
      const params = { path: { home } }
      const [rules, scenes, modes] = await Promise.all([
        must(api.GET('/homes/{home}/rules', { params })),
        must(api.GET('/homes/{home}/scenes', { params })),
        must(api.GET('/homes/{home}/modes', { params })),
      ])
      const named = [...rules.items, ...scenes.items].map(({ id, name }) => [id, name] as const)
      return new Map([...named, ...modes.modes.map(({ mode, name }) => [mode, name] as const)])
    },
    structuralSharing: false,
    staleTime: Infinity,
  }).data
}
