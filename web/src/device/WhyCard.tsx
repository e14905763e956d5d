import { useScene } from '../data/Scene'
import type { DeviceView } from '../data/truth'
import { Card } from '../parts/Card'
import { Chain } from '../parts/Chain'
import { isMain } from '../words/values'

/** Why the device is as it is: what can be asked of it and became so last, back to what that began with. */
export function WhyCard({ view: { device, twin } }: { view: DeviceView }) {
  const { isPast } = useScene()
  const [newest] = Object.entries(twin?.properties ?? {})
    .flatMap(([property, { reported }]) =>
      reported && isMain(property) && device.affordances.properties[property]?.read_only === false ? [{ property, since: reported.since }] : [],
    )
    .sort((a, b) => Date.parse(b.since) - Date.parse(a.since))
  if (!newest || isPast) return null
  return (
    <Card title="Why is it so?">
      <Chain asked={{ device: device.id, ...newest }} />
    </Card>
  )
}
