import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ifMatch, must } from '../api/client'
import type { Member, Role, Scope } from '../api/types'
import { keys } from './keys'

/** Who belongs to the home. */
export function useMembers(home: string) {
  return useQuery({
    queryKey: keys.people(home, 'members'),
    queryFn: async () => (await must(api.GET('/homes/{home}/members', { params: { path: { home } } }))).items,
  })
}

/** Invitations nobody has used yet; only for who may invite. */
export function useInvitations(home: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.people(home, 'invitations'),
    queryFn: async () => (await must(api.GET('/homes/{home}/invitations', { params: { path: { home } } }))).items,
    enabled,
  })
}

/** A change of who belongs to the home, after which both lists are read again. */
function usePeople<Input, Output>(home: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: ['people', home] }),
  })
}

/** Makes a link that lets one person in. */
export function useInvite(home: string) {
  return usePeople(home, (body: { role: Role; scope?: Scope }) =>
    must(api.POST('/homes/{home}/invitations', { params: { path: { home } }, body })),
  )
}

/** Takes an invitation back. */
export function useUninvite(home: string) {
  return usePeople(home, (invitation: string) =>
    must(api.DELETE('/homes/{home}/invitations/{invitation}', { params: { path: { home, invitation } } })),
  )
}

/** Gives a member another role. */
export function useChangeMember(home: string) {
  return usePeople(home, ({ member, role, scope }: { member: Member; role: Role; scope?: Scope }) =>
    must(
      api.PATCH('/homes/{home}/members/{person}', {
        params: { path: { home, person: member.person.id }, header: ifMatch(member.revision) },
        body: { role, scope },
      }),
    ),
  )
}

/** Turns a member out. */
export function useRemoveMember(home: string) {
  return usePeople(home, (member: Member) => removeMember(home, member, false))
}

/** Has a member forgotten for ever, and returns the event that says so: who belongs to another home, too, is only turned out. */
export function useEraseMember(home: string) {
  return usePeople(home, async (member: Member) => {
    await removeMember(home, member, true)
    const query = { entity: member.person.id, order: 'desc' as const, limit: 1 }
    return (await must(api.GET('/homes/{home}/events', { params: { path: { home }, query } }))).items[0] ?? null
  })
}

const removeMember = (home: string, member: Member, erase: boolean) =>
  must(
    api.DELETE('/homes/{home}/members/{person}', {
      params: { path: { home, person: member.person.id }, query: { erase }, header: ifMatch(member.revision) },
    }),
  )
