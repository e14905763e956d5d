import type { DeviceView } from '../data/truth'
import { useEvent } from '../data/history'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { Chain } from '../parts/Chain'
import { isMain } from '../words/values'

/** Why the device is as it is: the newest value that followed from something, back to its root. */
export function WhyCard({ view }: { view: DeviceView }) {
  const { home } = useScene()
  const caused = Object.entries(view.twin?.properties ?? {})
    .flatMap(([name, { reported }]) => (isMain(name) && reported?.cause ? [reported] : []))
    .sort((a, b) => b.seq - a.seq)
  const event = useEvent(home, caused[0]?.seq ?? null).data
  if (!event?.causation) return null
  return (
    <Card title="Why is it so?">
      <Chain event={event} />
    </Card>
  )
}
