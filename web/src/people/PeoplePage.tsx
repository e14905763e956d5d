import { Button } from '@mantine/core'
import { IconUser } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Member, Role } from '../api/types'
import { useChangeMember, useEraseMember, useInvitations, useMembers, useRemoveMember, useUninvite } from '../data/people'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { When } from '../parts/Age'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { Sure } from '../parts/Sure'
import { Erase, Erased, type Erasing } from './Erase'
import { Invite } from './Invite'
import styles from './People.module.css'
import { givenBy, longestDays, roleWords } from './roles'

/** Who belongs to the home, and who is invited. */
export function PeoplePage() {
  const { picture, me } = useScene()
  const home = picture.home.id
  const members = useMembers(home)
  const mine = picture.home.role
  const given = givenBy(mine)
  const erase = useEraseMember(home)
  return (
    <>
      <title>{`People – ${picture.home.name}`}</title>
      <CutOff />
      <div className={styles.intro}>
        <h1>People</h1>
        <p>Everyone sees and does what their role allows, for as long as it was given to them.</p>
        <p><Link to="/homes/$home/audit" params={{ home }}>Who did what</Link></p>
      </div>
      {members.error && <p role="alert">{members.error.message}</p>}
      {erase.data && <Erased event={erase.data} onDone={erase.reset} />}
      <ul className={styles.list}>
        {members.data?.map((member) => (
          <Person
            key={member.person.id} home={home} member={member}
            isMe={member.person.id === me?.person.id} given={given.includes(member.role) ? given : []} erase={erase}
          />
        ))}
      </ul>
      {given.length > 0 && (
        <>
          <Waiting home={home} />
          <Invite home={home} roles={given} />
        </>
      )}
    </>
  )
}

interface PersonProps {
  home: string
  member: Member
  isMe: boolean
  /** The roles that whoever looks may give them. */
  given: Role[]
  erase: Erasing
}

function Person({ home, member, isMe, given, erase }: PersonProps) {
  const change = useChangeMember(home)
  const remove = useRemoveMember(home)
  const [asking, setAsking] = useState(false)
  const [erasing, setErasing] = useState(false)
  const name = member.person.name === '' ? 'Somebody who was erased' : member.person.name
  // A role with an end of its own is given anew, by an invitation.
  const roles = given.filter((role) => role === member.role || !longestDays[role])
  return (
    <li className={styles.person}>
      <article aria-label={name}>
        <span className={styles.icon}><IconUser size={26} stroke={1.7} aria-hidden /></span>
        <div className={styles.what}>
          <h2>{name}{isMe && ' (you)'}</h2>
          <p className={styles.role}>{roleWords[member.role].name}{member.ended && ', has ended'}</p>
          <p className={styles.more}>
            {roleWords[member.role].what}. <When at={member.since} prefix="Here since " />
            {member.scope.until && <> · <When at={member.scope.until} prefix="until " /></>}
            {(member.scope.rooms ?? member.scope.devices) && ' · only a part of the home'}
          </p>
          {roles.length > 0 && (
            <div className={styles.acts}>
              <label>
                <span>Role</span>
                <select
                  value={member.role} disabled={change.isPending}
                  onChange={(event) => {
                    const role = event.currentTarget.value as Role
                    change.mutate({ member, role, scope: role === 'owner' ? undefined : member.scope })
                  }}
                >
                  {roles.map((role) => <option key={role} value={role}>{roleWords[role].name}</option>)}
                </select>
              </label>
              {!asking && <Button variant="default" onClick={() => setAsking(true)}>{isMe ? 'Leave…' : 'Turn out…'}</Button>}
              {!isMe && !erasing && member.person.name !== '' && <Button variant="default" onClick={() => setErasing(true)}>Erase…</Button>}
            </div>
          )}
          {erasing && <Erase member={member} erase={erase} onNo={() => { erase.reset(); setErasing(false) }} />}
          <Trouble error={change.error} again={() => { if (change.variables) change.mutate(change.variables) }} />
          {asking && !remove.error && (
            <Sure
              question={`${isMe ? 'Leave this home' : `Turn ${name} out`}? ${isMe ? 'You' : 'They'} see neither its present nor its past any more.`}
              yes={isMe ? 'Leave' : 'Turn out'} busy={remove.isPending} error={null}
              onYes={() => remove.mutate(member)} onNo={() => setAsking(false)}
            />
          )}
          <Trouble error={remove.error} again={() => remove.mutate(member)} />
        </div>
      </article>
    </li>
  )
}

function Waiting({ home }: { home: string }) {
  const invitations = useInvitations(home, true)
  const uninvite = useUninvite(home)
  if (!invitations.data || invitations.data.length === 0) return null
  return (
    <Card title="Invitations that wait">
      <ul className={styles.rows}>
        {invitations.data.map((invitation) => (
          <li key={invitation.id}>
            <span>{roleWords[invitation.role].name}, <When at={invitation.expires_at} prefix="good until " /></span>
            <Button variant="default" onClick={() => uninvite.mutate(invitation.id)}>Take back</Button>
          </li>
        ))}
      </ul>
      {uninvite.error && <p role="alert">{uninvite.error.message}</p>}
    </Card>
  )
}
