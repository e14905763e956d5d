import { useMemo } from 'react'
import { useModes } from '../data/modes'
import { useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { useScenes } from '../data/scenes'
import { useWebhooks } from '../data/webhooks'
import type { Things } from '../words/rules'

const none: never[] = []

/** The names of everything a rule can be about, as far as they were read yet. */
export function useThings(): Things {
  const { home, picture } = useScene()
  const rules = useRules(home).data ?? none
  const scenes = useScenes(home).data ?? none
  const modes = useModes(home).data?.modes ?? none
  const webhooks = useWebhooks(home, picture.home.role, false).data ?? none
  const { devices, rooms, gateways } = picture
  return useMemo(() => ({ picture: { devices, rooms, gateways }, rules, scenes, modes, webhooks }), [devices, rooms, gateways, rules, scenes, modes, webhooks])
}
