import { usePast, useStage } from '../data/Scene'
import { useNow } from '../data/useNow'
import { age, clockSeconds, dayWords, moment } from '../words/ages'

/** How long ago something was, seen from the instant that is shown. */
export function Age({ at, prefix = '' }: { at: string; prefix?: string }) {
  const { zone } = useStage()
  const past = usePast()
  const now = useNow(5000)
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={`${dayWords(ms, zone)}, ${clockSeconds(ms, zone)}`}>
      {prefix}
      {age(ms, past ?? now)}
    </time>
  )
}

/** When something was, as short as can be: 14:02, yesterday 14:02, 3 May 14:02. */
export function When({ at, prefix = '' }: { at: string; prefix?: string }) {
  const { zone } = useStage()
  const past = usePast()
  const now = useNow(60_000)
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={`${dayWords(ms, zone)}, ${clockSeconds(ms, zone)}`}>
      {prefix}
      {moment(ms, past ?? now, zone)}
    </time>
  )
}
