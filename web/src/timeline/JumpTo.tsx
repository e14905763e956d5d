import { Button, Popover, TextInput } from '@mantine/core'
import { IconCalendarSearch } from '@tabler/icons-react'
import { type SubmitEvent, useState } from 'react'
import { clock } from '../data/clock'
import styles from './Timeline.module.css'
import { localInstant, localText } from './zone'

interface JumpToProps {
  /** The instant that is shown, and the first there is. */
  at: number
  since: number
  zone: string
  onJump: (at: number) => void
}

/** Goes to a date and a time in the home's zone. */
export function JumpTo({ at, since, zone, onJump }: JumpToProps) {
  const [opened, open] = useState(false)
  const [text, write] = useState('')
  const chosen = localInstant(text, zone)
  const jump = (event: SubmitEvent) => {
    event.preventDefault()
    if (chosen === null) return
    onJump(Math.max(chosen, since))
    open(false)
  }
  const toggle = () => {
    write(localText(at, zone))
    open(!opened)
  }
  return (
    <Popover opened={opened} onChange={open} trapFocus withinPortal={false} position="bottom" radius="lg" shadow="none" classNames={{ dropdown: styles.jump }}>
      <Popover.Target>
        <Button className={styles.tool} variant="default" radius="xl" aria-label="Go to a time" leftSection={<IconCalendarSearch size={18} aria-hidden />} onClick={toggle}>
          <span className={styles.word}>Go to</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Go to a time">
        <form onSubmit={jump} className={styles.jumpForm}>
          <TextInput
            type="datetime-local"
            step={1}
            label="Date and time at home"
            value={text}
            min={localText(since, zone)}
            max={localText(clock.now(), zone)}
            onChange={(event) => write(event.currentTarget.value)}
          />
          <Button type="submit" disabled={chosen === null}>Go there</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
