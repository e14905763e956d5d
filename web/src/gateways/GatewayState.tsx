import type { Gateway } from '../api/types'
import { useScene } from '../data/Scene'
import { When } from '../parts/Age'

/** Whether a gateway is here, as far as this page can know. */
export function GatewayState({ gateway }: { gateway: Gateway }) {
  const { cutOff } = useScene()
  if (gateway.suspended !== null && !gateway.revoked) return <When at={gateway.since} prefix="Suspended since " />
  if (gateway.revoked) return <When at={gateway.since} prefix="Turned out " />
  if (gateway.connected && cutOff) return <When at={cutOff} prefix="Was connected at " />
  if (gateway.connected) return <When at={gateway.since} prefix="Connected since " />
  return gateway.version === '' ? <>Not here yet</> : <When at={gateway.since} prefix="Away since " />
}
