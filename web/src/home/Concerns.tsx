import { IconAlertOctagonFilled, IconInfoCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useScene } from '../data/Scene'
import styles from './Home.module.css'
import { concerns } from './summary'

/** What needs somebody, before everything else. */
export function Concerns() {
  const { picture } = useScene()
  const found = concerns(picture)
  if (found.length === 0) return null
  return (
    <section aria-label="Needs a look">
      <ul className={styles.concerns}>
        {found.map(({ device, words, alarm }) => (
          <li key={device.id + words} role={alarm ? 'alert' : undefined}>
            <Link
              to="/homes/$home/devices/$device"
              params={{ home: picture.home.id, device: device.id }}
              className={styles.concern}
              data-alarm={alarm || undefined}
            >
              {alarm ? <IconAlertOctagonFilled size={22} aria-hidden /> : <IconInfoCircle size={20} aria-hidden />}
              <span>
                <strong>{device.name}</strong> {words}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
