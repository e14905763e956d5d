import { IconBulb, IconDoor, IconLock, IconTemperature } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useScene } from '../data/Scene'
import styles from './Home.module.css'
import { summarise } from './summary'

function Chip({ icon, tone, children }: { icon: ReactNode; tone: string; children: ReactNode }) {
  return (
    <li className={styles.chip} data-tone={tone}>
      {icon}
      {children}
    </li>
  )
}

/** The whole home in a few words. */
export function Glance() {
  const { picture, cutOff } = useScene()
  const { lights, lightsOn, open, locks, unsure, warmth } = summarise(picture, picture.devices.values(), cutOff === null)
  if (lights + open.length + locks === 0 && warmth === null) return null // an empty list tells nobody anything
  return (
    <ul className={styles.glance} aria-label="At a glance">
      {lights > 0 && (
        <Chip icon={<IconBulb size={18} aria-hidden />} tone={lightsOn > 0 ? 'glow' : 'calm'}>
          {lightsOn === 0 ? 'All lights off' : `${lightsOn} ${lightsOn === 1 ? 'light' : 'lights'} on`}
        </Chip>
      )}
      {open.length > 0 ? (
        <Chip icon={<IconDoor size={18} aria-hidden />} tone="warn">
          {open.length === 1 ? `${open[0]} is open` : `${open.length} open: ${open.slice(0, 2).join(', ')}${open.length > 2 ? ' …' : ''}`}
        </Chip>
      ) : (
        locks > 0 && (
          <Chip icon={<IconLock size={18} aria-hidden />} tone={unsure > 0 ? 'calm' : 'good'}>
            {unsure > 0 ? 'Locked, as far as can be seen' : 'All locked'}
          </Chip>
        )
      )}
      {warmth && (
        <Chip icon={<IconTemperature size={18} aria-hidden />} tone="calm">
          {warmth} inside
        </Chip>
      )}
    </ul>
  )
}
