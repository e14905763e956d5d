import { Skeleton } from '@mantine/core'
import type { Modes } from '../api/types'
import { useModes, useSetPresence } from '../data/modes'
import { useMembers } from '../data/people'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { Card } from '../parts/Card'
import { Choices } from '../parts/Choices'
import { PlaceForm } from '../rules/PlaceForm'
import { Tabs } from '../rules/Tabs'
import { ModesCard } from './ModesCard'
import { PolicyCard } from './PolicyCard'
import styles from './Modes.module.css'

/** What rules go by: how the home is set, who is there, where it is, and what they may never do. */
export function ModesPage() {
  const { home, picture } = useScene()
  const modes = useModes(home)
  return (
    <>
      <title>{`Modes – ${picture.home.name}`}</title>
      <CutOff />
      <Tabs />
      <div className={styles.intro}>
        <h1>Modes</h1>
        <p>How your home is set, who is there, and what rules may never do.</p>
      </div>
      {modes.isError && <p role="alert">How the home is set could not be read.</p>}
      {modes.isPending && <Skeleton height={320} radius="lg" />}
      {modes.data && (
        <div className={styles.grid}>
          <ModesCard modes={modes.data} />
          <PolicyCard modes={modes.data} />
          <PresenceCard modes={modes.data} />
          <PlaceCard modes={modes.data} />
        </div>
      )}
    </>
  )
}

const standing = (present: boolean | null) => (present === null ? 'nobody knows' : present ? 'at home' : 'away')

/** Who is at home; one says it of oneself. */
function PresenceCard({ modes }: { modes: Modes }) {
  const { home, me } = useScene()
  const members = useMembers(home).data
  const set = useSetPresence(home)
  const mine = modes.presence.find(({ person }) => person === me?.person.id)
  const others = modes.presence.filter((p) => p !== mine)
  const at = mine && mine.present !== null ? String(mine.present) : undefined
  return (
    <Card title="Who is at home">
      {mine && (
        <Choices
          label="You are"
          choices={[{ value: 'true', label: 'I am at home' }, { value: 'false', label: 'I am away' }]}
          reported={at}
          wanted={set.isPending ? String(set.variables) : at}
          onWish={(value) => set.mutate(value === 'true')}
        />
      )}
      {others.length > 0 && (
        <ul className={styles.list}>
          {others.map(({ person, present }) => (
            <li key={person}>
              <strong>{members?.find((m) => m.person.id === person)?.person.name ?? 'Somebody'}</strong>
              <span>{standing(present)}</span>
            </li>
          ))}
        </ul>
      )}
      {set.error && <p role="alert" className={styles.alert}>{set.error.message}</p>}
    </Card>
  )
}

/** Tenths of a degree, as they are kept, in degrees. */
const degrees = (tenths: number, plus: string, minus: string) => `${(Math.abs(tenths) / 10).toFixed(1)}° ${tenths < 0 ? minus : plus}`

/** Where the home is, which the sun must know. */
function PlaceCard({ modes: { place } }: { modes: Modes }) {
  return (
    <Card title="Where it is">
      {place && <p>{degrees(place.latitude, 'north', 'south')}, {degrees(place.longitude, 'east', 'west')}. Rules go by the sun there.</p>}
      <PlaceForm />
    </Card>
  )
}
