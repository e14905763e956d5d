import type { Role } from '../api/types'

/** What each role is, in the words of people. */
export const roleWords: Record<Role, { name: string; what: string }> = {
  owner: { name: 'Owner', what: 'Everything, and who else owns the home' },
  admin: { name: 'Admin', what: 'Everything but owners and support' },
  member: { name: 'Member', what: 'Lives here: sees and controls everything' },
  child: { name: 'Child', what: 'Lights, blinds and locking; opens nothing, sees no past' },
  guest: { name: 'Guest', what: 'Controls what is comfortable, sees nothing from before they came' },
  installer: { name: 'Installer', what: 'Sets things up for at most 30 days' },
  support: { name: 'Support', what: 'Only looks, for at most 7 days' },
}

const byAdmin: Role[] = ['member', 'child', 'guest', 'installer']

/** The roles that somebody of a role may give and take. */
export function givenBy(role: string | undefined): Role[] {
  if (role === 'owner') return ['owner', 'admin', 'member', 'child', 'guest', 'installer', 'support']
  return role === 'admin' ? byAdmin : []
}

/** For how many days a role is given at most; 0: without end. */
export const longestDays: Partial<Record<Role, number>> = { installer: 30, support: 7 }
