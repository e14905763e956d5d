import { Link } from '@tanstack/react-router'
import type { Event } from '../api/types'
import { useEvent } from '../data/history'
import { useNames } from '../data/names'
import { useScene } from '../data/Scene'
import { actorsOwn } from '../words/commands'
import { eventWords } from '../words/events'
import { When } from './Age'

/** The link to what an event's story began with: "because of your command at 14:02". Nothing when that is the event itself. */
export function CauseLink({ event, onPick }: { event: Event; onPick?: (seq: number) => void }) {
  const scene = useScene()
  const { home, me } = scene
  const names = useNames(home)
  const cause = useEvent(home, event.correlation).data
  if (!cause || cause.seq === event.seq) return null
  const words =
    cause.type === 'command.requested'
      ? `of ${actorsOwn(cause.actor, me)} command`
      : cause.type === 'device.registered'
        ? 'the gateway found it'
        : cause.type === 'rule.waited'
          ? 'the time of a rule had come'
          : `${cause.type.startsWith('device.') ? 'of ' : ''}${eventWords(cause, { ...scene, names }).replace(/^(You|The) /, (word) => word.toLowerCase())}`
  const inside = (
    <>
      {event.inferred ? 'probably ' : ''}
      because {words} <When at={cause.recorded_at} prefix="at " />
    </>
  )
  if (onPick) return <button type="button" onClick={() => onPick(cause.seq)}>{inside}</button>
  return <Link to="/homes/$home/timeline" params={{ home }} search={{ seq: cause.seq }}>{inside}</Link>
}

/** Where a value comes from: the device by itself, or a command it followed. */
export function Source({ cause, noun }: { cause: number | null; noun: string }) {
  const { picture } = useScene()
  const event = useEvent(picture.home.id, cause)
  if (cause === null || cause === 0) return <>from {noun} itself</>
  return event.data ? <CauseLink event={event.data} /> : <>because of a command</>
}
