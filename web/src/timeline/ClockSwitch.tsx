import { SegmentedControl } from '@mantine/core'
import { useScene } from '../data/Scene'
import { lateWords } from '../words/past'
import styles from './Timeline.module.css'
import type { Clocks } from './useClocks'

const choices = [
  { value: 'known', label: 'What Logis knew' },
  { value: 'true', label: 'What was true' },
]

/** Which past is shown: as it was known then, or as it really was; and where they differ. */
export function ClockSwitch({ clock, setClock, late }: Clocks) {
  const { picture } = useScene()
  const names = late && lateWords(late, (device) => picture.devices.get(device)?.name ?? 'a device that is gone')
  return (
    <div className={styles.clocks}>
      <SegmentedControl
        size="xs"
        aria-label="Which past"
        value={clock}
        data={choices}
        onChange={(value) => setClock(value === 'true' ? 'true' : 'known')}
      />
      <p role="status">
        {names
          ? clock === 'true'
            ? `Logis learned this only later: ${names}.`
            : `Told only later, and not shown: ${names}.`
          : late && 'Nothing about this moment was told late.'}
      </p>
    </div>
  )
}
