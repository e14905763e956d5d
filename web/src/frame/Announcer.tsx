import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Command } from '../api/types'
import { useScene } from '../data/Scene'
import { statusWords } from '../words/commands'

/** Tells people who do not see the screen what becomes of their commands. */
export function Announcer() {
  const { picture, me, asks } = useScene()
  const region = useRef<HTMLDivElement>(null)
  const heard = useRef<ReadonlyMap<string, Command> | null>(null)

  useEffect(() => {
    const before = heard.current
    heard.current = picture.commands
    if (!before || before === picture.commands) return
    for (const command of picture.commands.values()) {
      const mine = command.actor.id !== null && command.actor.id === me?.person.id
      if (!mine || before.get(command.id)?.status === command.status) continue
      const device = picture.devices.get(command.device)
      if (device) say(region.current, `${device.name}: ${statusWords(command, device)}`)
    }
  }, [picture, me])

  useEffect(() => {
    for (const [id, ask] of Object.entries(asks)) {
      if (ask.state === 'refused') say(region.current, `${picture.devices.get(id)?.name ?? 'Device'}: ${ask.message}`)
    }
    // Only a new refusal is worth saying; names may change meanwhile.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [asks])

  return (
    <VisuallyHidden ref={region} component="div" aria-live="polite" role="log" aria-label="What became of your commands" />
  )
}

// Written past React: the region is spoken, not drawn.
function say(region: HTMLElement | null, words: string) {
  if (region) region.textContent = words
}
