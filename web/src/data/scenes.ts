import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must, newKey } from '../api/client'
import type { SavedScene, Setting } from '../api/types'
import { keys } from './keys'

/** The scenes of the home, the oldest first. */
export function useScenes(home: string) {
  return useQuery({
    queryKey: keys.scenes(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/scenes', { params: { path: { home } } }))).items,
  })
}

function useSceneChange<Input, Output>(home: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.scenes(home) }),
  })
}

/** Makes a scene: of how devices are now, or of given wishes. */
export function useAddScene(home: string) {
  return useSceneChange(home, (body: { name: string; capture: string[] } | { name: string; settings: Setting[]; transition_ms: number }) =>
    must(api.POST('/homes/{home}/scenes', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body })),
  )
}

/** Gives a scene another name, other wishes or another time to fade. */
export function useChangeScene(home: string) {
  return useSceneChange(home, ({ scene, change }: { scene: SavedScene; change: { name?: string; settings?: Setting[]; transition_ms?: number } }) =>
    must(
      api.PATCH('/homes/{home}/scenes/{scene}', {
        params: { path: { home, scene: scene.id }, header: ifMatch(scene.revision) },
        body: change,
      }),
    ),
  )
}

/** Removes a scene. */
export function useRemoveScene(home: string) {
  return useSceneChange(home, (scene: SavedScene) =>
    must(api.DELETE('/homes/{home}/scenes/{scene}', { params: { path: { home, scene: scene.id }, header: ifMatch(scene.revision) } })),
  )
}

/** Asks every device for what the scene wants, or for what was before it. */
export function useActivate(home: string) {
  return useSceneChange(home, ({ scene, undo }: { scene: SavedScene; undo?: boolean }) => {
    const params = { path: { home, scene: scene.id }, header: { 'Idempotency-Key': newKey() } }
    return must(
      undo
        ? api.POST('/homes/{home}/scenes/{scene}/undos', { params })
        : api.POST('/homes/{home}/scenes/{scene}/activations', { params }),
    )
  })
}
