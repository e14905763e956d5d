import { Link } from '@tanstack/react-router'
import type { Event } from '../api/types'
import { useRoot } from '../data/cause'
import { useEvent } from '../data/history'
import { useScene } from '../data/Scene'
import { actorsOwn } from '../words/commands'
import { When } from './Age'

/** The link to what an event follows from: "because of your command at 14:02". Nothing when it follows from nothing. */
export function CauseLink({ event, onPick }: { event: Event; onPick?: (seq: number) => void }) {
  const { picture, me } = useScene()
  const root = useRoot(picture.home.id, event)
  if (!root) return null
  const words =
    root.type === 'command.requested'
      ? `because of ${actorsOwn(root.actor, me)} command`
      : root.type === 'device.registered' ? 'because the gateway found it' : 'because of an earlier report'
  const inside = (
    <>
      {event.inferred ? 'probably ' : ''}
      {words} <When at={root.recorded_at} prefix="at " />
    </>
  )
  if (onPick) return <button type="button" onClick={() => onPick(root.seq)}>{inside}</button>
  return (
    <Link to="/homes/$home/timeline" params={{ home: picture.home.id }} search={{ seq: root.seq }}>
      {inside}
    </Link>
  )
}

/** Where a value comes from: the device by itself, or a command it followed. */
export function Source({ cause, noun }: { cause: number | null; noun: string }) {
  const { picture } = useScene()
  const event = useEvent(picture.home.id, cause)
  if (cause === null || cause === 0) return <>from {noun} itself</>
  return event.data ? <CauseLink event={event.data} /> : <>because of a command</>
}
