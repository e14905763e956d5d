import { IconBroadcast, IconDoor, IconEye, IconHandFinger, IconHome, IconUsers, IconWand } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { AuditEntry } from '../api/types'
import { useScene } from '../data/Scene'
import { clockSeconds, dayWords } from '../words/ages'
import { auditOutcomes } from '../words/audit'
import styles from './Audit.module.css'

const icons = {
  command: IconHandFinger, home: IconHome, rule: IconWand, member: IconUsers, gateway: IconBroadcast, look: IconEye, door: IconDoor,
}

const tones: Partial<Record<AuditEntry['outcome'], string>> = { refused: 'bad', failed: 'bad', unknown: 'warn', open: 'calm', withdrawn: 'calm' }

/** One thing that somebody did, in a sentence, with its time, its outcome and where it came from. */
export function AuditRow({ entry, before }: { entry: AuditEntry; before: AuditEntry | undefined }) {
  const { zone, picture } = useScene()
  const at = Date.parse(entry.at)
  const day = dayWords(at, zone)
  const Icon = icons[entry.kind]
  return (
    <>
      {(!before || dayWords(Date.parse(before.at), zone) !== day) && <li className={styles.day}>{day}</li>}
      <li className={styles.row}>
        <span className={styles.mark} data-tone={tones[entry.outcome]}><Icon size={16} stroke={1.9} aria-hidden /></span>
        <div className={styles.body}>
          {entry.seq === null ? (
            <p className={styles.says}>{entry.says}</p>
          ) : (
            <Link className={styles.says} to="/homes/$home/timeline" params={{ home: picture.home.id }} search={{ seq: entry.seq }}>
              {entry.says}
            </Link>
          )}
          <p className={styles.meta}>
            <time dateTime={entry.at}>{clockSeconds(at, zone)}</time>
            {entry.outcome !== 'done' && <span className={styles.badge} data-tone={tones[entry.outcome]}>{auditOutcomes[entry.outcome]}</span>}
            {entry.from && <span>from {entry.from}</span>}
          </p>
        </div>
      </li>
    </>
  )
}
