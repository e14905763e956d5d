import { ActionIcon, Skeleton } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import type { Energy } from '../api/types'
import { arranges } from '../data/roles'
import { useScene } from '../data/Scene'
import { useEnergy } from '../data/statistics'
import { useNow } from '../data/useNow'
import { CutOff } from '../frame/Banners'
import { Card } from '../parts/Card'
import { Choices } from '../parts/Choices'
import { Plot } from '../parts/Plot'
import { beforeWords, compareWords, dateIn, dateWords, kwhWords, moneyWords, stretchOf, usedWords } from '../words/energy'
import { numberWords } from '../words/units'
import { Corrections } from './Corrections'
import styles from './Energy.module.css'
import { type Part, Shares } from './Shares'
import { Tariffs } from './Tariffs'

const kinds = [{ value: 'month', label: 'Month' }, { value: 'year', label: 'Year' }]

/** What the home used, when, by what and where, and what it cost. */
export function EnergyPage() {
  const { picture, home, zone } = useScene()
  const [kind, setKind] = useState<'month' | 'year'>('month')
  const [back, setBack] = useState(0)
  const today = dateIn(useNow(60_000), zone)
  const stretch = stretchOf(kind, back, today)
  const { data, error } = useEnergy(home, { from: stretch.from, to: stretch.to, by: stretch.by })
  const may = arranges(picture.home.role)
  return (
    <>
      <title>{`Energy – ${picture.home.name}`}</title>
      <CutOff />
      <div className={styles.intro}>
        <h1>Energy</h1>
        <Choices
          label="How far back" choices={kinds} reported={kind} wanted={undefined}
          onWish={(value) => { setKind(value as 'month' | 'year'); setBack(0) }}
        />
        <div className={styles.steps}>
          <ActionIcon variant="default" size={42} radius="xl" aria-label={`The ${kind} before`} onClick={() => setBack(back + 1)}><IconChevronLeft /></ActionIcon>
          <h2 aria-live="polite">{stretch.words}</h2>
          <ActionIcon variant="default" size={42} radius="xl" aria-label={`The next ${kind}`} disabled={back === 0} onClick={() => setBack(back - 1)}><IconChevronRight /></ActionIcon>
        </div>
      </div>
      {error && <p role="alert">{error.message}</p>}
      {!data && !error && <Skeleton height={300} radius="lg" />}
      {data && <Used energy={data} />}
      <div className={styles.columns}>
        <Tariffs home={home} may={may} today={today} />
        <Corrections home={home} may={may} today={today} />
      </div>
    </>
  )
}

/** The devices, and what a meter of the whole home measured beside them. */
function byDevice({ devices }: Energy, isHere: (id: string) => boolean): Part[] {
  const sum = (whole: boolean) => devices.reduce((all, d) => (d.whole === whole ? all + d.kwh : all), 0)
  const parts = devices
    .filter((d) => !d.whole)
    .map((d): Part => ({ key: d.device, name: d.name, use: d, device: isHere(d.now) ? d.now : undefined, corrected: d.corrected }))
  const meters = devices.filter((d) => d.whole)
  const rest = Math.max(0, sum(true) - sum(false))
  if (meters.length > 0) parts.push({ key: 'rest', name: 'Everything else', use: { kwh: rest, cost: null }, device: meters[0]?.now })
  return parts
}

function Used({ energy }: { energy: Energy }) {
  const { picture } = useScene()
  const { currency, total, before, periods } = energy
  if (energy.devices.length === 0 && before.kwh === 0) {
    return (
      <Card title="Used">
        <p className={styles.quiet}>Nothing counted energy in this time. A plug or a meter that measures it fills this page by itself.</p>
      </Card>
    )
  }
  const part = energy.by === 'day' ? 'day' : 'month'
  const name = (start: string) => dateWords(start, part)
  return (
    <>
      <Card title="Used">
        <p className={styles.total}>
          <strong>{kwhWords(total.kwh)}</strong>
          {total.cost !== null && currency && <span>{moneyWords(total.cost, currency)}</span>}
        </p>
        <p className={styles.quiet}>{compareWords(total.kwh, before.kwh, beforeWords(energy.from, energy.to))}</p>
        <Plot
          label={`Energy by ${part}`} kind="bars" heads={[part === 'day' ? 'Day' : 'Month', 'Used']} scale={(value) => numberWords(value, 'kilowatt hour')}
          spots={periods.map((p) => ({
            name: name(p.start), value: p.kwh, before: p.before_kwh, corrected: p.corrected,
            words: `${usedWords(p, currency)}, before ${kwhWords(p.before_kwh)}${p.corrected ? ', corrected' : ''}`,
          }))}
        />
        <p className={styles.key}><span data-now>this time</span><span data-before>the time before</span>{periods.some((p) => p.corrected) && <span data-corrected>corrected</span>}</p>
        {energy.seq < energy.head && <p className={styles.quiet}>The newest events are still being summed up.</p>}
      </Card>
      <div className={styles.columns}>
        <Shares title="By device" currency={currency} parts={byDevice(energy, (id) => picture.devices.has(id))} />
        <Shares
          title="By room" currency={currency}
          parts={energy.rooms.map((r) => ({ key: r.room ?? '', name: picture.rooms.get(r.room ?? '')?.name ?? 'In no room', use: r }))}
        />
      </div>
    </>
  )
}
