import { Checkbox } from '@mantine/core'
import { IconLockOpen } from '@tabler/icons-react'
import type { Device } from '../api/types'
import { useScene } from '../data/Scene'
import styles from './Editor.module.css'

interface GrantsProps {
  /** The devices that the rule would open. */
  doors: Device[]
  grants: string[]
  onChange: (grants: string[]) => void
}

/** What opens a home needs an owner's leave, device by device, for each version anew. */
export function Grants({ doors, grants, onChange }: GrantsProps) {
  const { picture } = useScene()
  if (doors.length === 0) return null
  const owner = picture.home.role === 'owner'
  return (
    <div className={styles.grants} role="group" aria-label="An owner’s leave">
      <p>
        <IconLockOpen size={20} aria-hidden />
        <span>
          <strong>This rule opens your home by itself.</strong>{' '}
          {owner ? 'Only an owner can let it, and must do so again after each change.' : 'Only an owner can let it: ask one to save it.'}
        </span>
      </p>
      {doors.map(({ id, name }) => (
        <Checkbox
          radius="xs"
          key={id}
          size="md"
          label={`I let this rule open ${name}`}
          disabled={!owner}
          checked={grants.includes(id)}
          onChange={(event) => onChange(event.currentTarget.checked ? [...grants, id] : grants.filter((held) => held !== id))}
        />
      ))}
    </div>
  )
}
