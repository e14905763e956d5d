import { useQuery } from '@tanstack/react-query'
import { api, must, Refusal } from '../api/client'

/** What this tab remembers while its person is at the provider. */
interface Visit {
  ceremony: string
  /** Where to go on afterwards, here. */
  back: string
  /** Whether who comes back is linked to the person who is signed in. */
  links: boolean
  invitation?: { link: string; name: string }
}

const key = 'logis-openid'

/** What people call the OpenID provider; null: there is none. */
export const useProvider = () =>
  useQuery({ queryKey: ['provider'], queryFn: async () => (await must(api.GET('/session/openid'))).name, staleTime: Infinity })

/** Goes to the provider, from where the browser comes back to CallbackPage. */
export async function visitProvider(links: boolean, invitation?: Visit['invitation']): Promise<void> {
  const begun = await must(links ? api.POST('/account/openid/begin') : api.POST('/session/openid/begin'))
  const back = invitation ? '/' : location.pathname + location.search
  sessionStorage.setItem(key, JSON.stringify({ ceremony: begun.ceremony, back, links, invitation } satisfies Visit))
  location.assign(begun.address)
}

/** Tells Logis what the provider said, and returns where to go on. */
export async function comeBack(query: string): Promise<string> {
  const kept = sessionStorage.getItem(key)
  sessionStorage.removeItem(key)
  const said = new URLSearchParams(query)
  const code = said.get('code')
  if (!kept || !code) throw new Refusal(0, 'no_visit', 'The provider did not let you in, or you began in another tab.')
  const { ceremony, back, links, invitation } = JSON.parse(kept) as Visit
  const answer = { ceremony, code, state: said.get('state') ?? '' }
  await must(links ? api.POST('/account/openid', { body: answer }) : api.POST('/session/openid', { body: { ...answer, ...invitation } }))
  return back
}
