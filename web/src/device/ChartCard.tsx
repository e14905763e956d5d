import { Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { Device } from '../api/types'
import { useScene } from '../data/Scene'
import { type Range, useStatistics } from '../data/statistics'
import { useNow } from '../data/useNow'
import { Card } from '../parts/Card'
import { Choices } from '../parts/Choices'
import { Plot } from '../parts/Plot'
import { moment } from '../words/ages'
import { titleWords } from '../words/values'
import { charted, drawing, meter, totalWords } from './chart'
import styles from './Device.module.css'

const rangeChoices = [
  { value: 'day', label: 'Day' }, { value: 'week', label: 'Week' }, { value: 'month', label: '30 days' }, { value: 'year', label: 'Year' },
]

/** Five minutes: a chart is of when it was opened, and goes on in these steps. */
const step = 300_000

/** What the values of a device were like, as a picture that can be read with keys and as a table. */
export function ChartCard({ device }: { device: Device }) {
  const { home, zone } = useScene()
  const names = charted(device)
  const [property, setProperty] = useState(() => (names.includes(meter) ? meter : (names.find((name) => device.affordances.properties[name]?.type !== 'boolean') ?? names[0] ?? '')))
  const [range, setRange] = useState<Range>('day')
  const to = useNow(step) + step
  const { data, error } = useStatistics(home, device.id, property, range, to)
  const schema = device.affordances.properties[property]
  if (names.length === 0) return null
  const title = titleWords(property, schema)
  const drawn = data?.property === property ? drawing(data, property, range, zone, schema) : null
  return (
    <Card
      title="Chart"
      action={names.length > 1 && (
        <label className={styles.pick}>
          <span>Of</span>
          <select value={property} onChange={(event) => setProperty(event.currentTarget.value)}>
            {names.map((name) => <option key={name} value={name}>{titleWords(name, device.affordances.properties[name])}</option>)}
          </select>
        </label>
      )}
    >
      <Choices label="How far back" choices={rangeChoices} reported={range} wanted={undefined} onWish={(value) => setRange(value as Range)} />
      {error && <p role="alert">{error.message}</p>}
      {!drawn && !error && <Skeleton height={220} radius="md" />}
      {drawn && data && (
        <>
          <p className={styles.total} aria-live="polite">{totalWords(data, property, range, schema)}</p>
          <Plot label={`${title} of ${device.name}`} kind={drawn.kind} spots={drawn.spots} scale={drawn.scale} heads={['When', title]} />
          {data.hardware.length > 1 && (
            <p className={styles.quiet}>
              Told by {data.hardware.length} devices, one after the other. This one took over {moment(Date.parse(data.hardware.at(-1)?.from ?? ''), to, zone)}.
            </p>
          )}
          {data.seq < data.head && <p className={styles.quiet}>The newest events are still being summed up.</p>}
        </>
      )}
    </Card>
  )
}
