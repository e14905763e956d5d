import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Ask } from '../api/types'
import { keys } from './keys'

/** The apps that act for the person. */
export const useGrants = () =>
  useQuery({ queryKey: keys.account('grants'), queryFn: async () => (await must(api.GET('/account/grants'))).items })

/** The apps that the person registered. */
export const useApps = () =>
  useQuery({ queryKey: keys.account('apps'), queryFn: async () => (await must(api.GET('/account/apps'))).items })

/** What an app asks for, read by the server. */
export const useQuestion = (ask: Ask) =>
  useQuery({ queryKey: ['question', ask], queryFn: () => must(api.POST('/account/consents/check', { body: ask })), retry: false })

/** What stands in the address that an app sent somebody to; what is unknown is left out. */
export function readAsk(search: string): Ask {
  const said = new URLSearchParams(search)
  const one = (name: string) => said.get(name) ?? undefined
  return {
    client_id: one('client_id') ?? '',
    redirect_uri: one('redirect_uri') ?? '',
    response_type: one('response_type'),
    scope: one('scope'),
    state: one('state'),
    code_challenge: one('code_challenge'),
    code_challenge_method: one('code_challenge_method'),
  }
}
