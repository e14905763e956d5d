import { useNavigate, useSearch } from '@tanstack/react-router'
import { useStage } from '../data/Scene'
import type { DeviceView } from '../data/truth'
import { Card } from '../parts/Card'
import { Press } from '../parts/Press'
import styles from './Device.module.css'

const route = '/gate/homes/$home/devices/$device'

/**
 * Asks whether what did not succeed is to be done now, when a notification led here. Only what secures: an address
 * that somebody else made up opens nothing, and does nothing by itself.
 */
export function Again({ view: { device } }: { view: DeviceView }) {
  const { again } = useSearch({ from: route })
  const { ask, isPast } = useStage()
  const navigate = useNavigate({ from: '/homes/$home/devices/$device' })
  const action = again === undefined ? undefined : device.affordances.actions[again]
  if (again === undefined || action?.class !== 'B' || action.input || isPast) return null
  const done = () => void navigate({ search: {}, replace: true })
  return (
    <Card title={`${action.title} ${device.name} now?`}>
      <p>It did not confirm when it was asked last.</p>
      <div className={styles.actions}>
        <Press strong onPress={() => { ask(device.id, { action: again }); done() }}>{action.title} now</Press>
        <Press onPress={done}>Not now</Press>
      </div>
    </Card>
  )
}
