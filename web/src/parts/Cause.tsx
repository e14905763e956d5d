import { Link } from '@tanstack/react-router'
import type { Event } from '../api/types'
import { useCauses } from '../data/cause'
import { useEvent } from '../data/history'
import { useNames } from '../data/names'
import { useScene } from '../data/Scene'
import { actorsOwn } from '../words/commands'
import { eventWords } from '../words/events'
import { When } from './Age'

/** The cause worth telling: the nearest rule that fired, else what everything followed from. */
const telling = (causes: readonly Event[]) => causes.find(({ type }) => type === 'rule.fired') ?? causes.at(-1)

/** The link to what an event follows from: "because of your command at 14:02". Nothing when it follows from nothing. */
export function CauseLink({ event, onPick }: { event: Event; onPick?: (seq: number) => void }) {
  const scene = useScene()
  const { picture, me } = scene
  const names = useNames(picture.home.id)
  const causes = useCauses(picture.home.id, event)
  const cause = causes && telling(causes)
  if (!cause || cause.seq === event.seq) return null
  const inferred = event.inferred || causes.slice(0, causes.indexOf(cause)).some((step) => step.inferred)
  const words =
    cause.type === 'command.requested'
      ? `because of ${actorsOwn(cause.actor, me)} command`
      : cause.type === 'device.registered'
        ? 'because the gateway found it'
        : cause.type === 'rule.fired'
          ? `because of the rule “${names?.get(cause.entity) ?? cause.actor.name ?? 'that is gone'}”`
          : event.type === 'rule.fired'
            ? `because of ${eventWords(cause, { ...scene, names })}`
            : 'because of an earlier report'
  const inside = (
    <>
      {inferred ? 'probably ' : ''}
      {words} <When at={cause.recorded_at} prefix="at " />
    </>
  )
  if (onPick) return <button type="button" onClick={() => onPick(cause.seq)}>{inside}</button>
  return (
    <Link to="/homes/$home/timeline" params={{ home: picture.home.id }} search={{ seq: cause.seq }}>
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
