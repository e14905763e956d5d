import { usePast } from '../data/Scene'
import type { DeviceView } from '../data/truth'
import { Age } from '../parts/Age'
import { Card } from '../parts/Card'
import { Source } from '../parts/Cause'
import { span } from '../words/ages'
import { kindWords } from '../words/kinds'
import { byWeight, spaced, titleWords, valueWords } from '../words/values'
import { useNow } from '../data/useNow'
import styles from './Device.module.css'

/** What the device told of itself: each value, how old it is, and where it comes from. */
export function Said({ view }: { view: DeviceView }) {
  const { device, twin } = view
  const past = usePast()
  const now = useNow(10_000)
  const noun = kindWords(device.kind).noun
  const properties = Object.entries(twin?.properties ?? {}).sort(([a], [b]) => byWeight(a, b))
  const told = properties.flatMap(([name, p]) => (p.reported ? [{ name, said: p.reported }] : []))
  const signals = Object.entries(twin?.signals ?? {})
  return (
    <Card title="What it says">
      {told.length + signals.length === 0 && <p className={styles.quiet}>Nothing was heard from {noun} yet.</p>}
      <dl className={styles.said}>
        {told.map(({ name, said }) => {
          const schema = device.affordances.properties[name]
          const since = (past ?? now) - Date.parse(said.since)
          return (
            <div key={name} className={styles.value}>
              <dt>{titleWords(name, schema)}</dt>
              <dd>
                <span className={styles.now}>{valueWords(name, said.value, schema)}</span>
                <span className={styles.from}>
                  <Age at={said.at} />, <Source cause={said.cause} noun={noun} />
                  {since >= 60_000 && said.since !== said.at && `, the same for ${span(since)}`}
                </span>
              </dd>
            </div>
          )
        })}
        {signals.map(([name, signal]) => (
          <div key={name} className={styles.value}>
            <dt>{device.affordances.events[name]?.title ?? spaced(name)}</dt>
            <dd>
              <span className={styles.now}>
                <Age at={signal.at} />
              </span>
              <span className={styles.from}>from {noun} itself</span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
