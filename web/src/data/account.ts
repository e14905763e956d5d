import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, must, Refusal } from '../api/client'
import { keys } from './keys'

/** How the person signs in beside links and passkeys. */
export const useAccount = () =>
  useQuery({ queryKey: keys.account('ways'), queryFn: () => must(api.GET('/account')) })

export const usePasskeys = () =>
  useQuery({ queryKey: keys.account('passkeys'), queryFn: async () => (await must(api.GET('/account/passkeys'))).items })

export const useSessions = () =>
  useQuery({ queryKey: keys.account('sessions'), queryFn: async () => (await must(api.GET('/account/sessions'))).items })

export const useTokens = () =>
  useQuery({ queryKey: keys.account('tokens'), queryFn: async () => (await must(api.GET('/account/tokens'))).items })

/** A change of the account, after which all of it is read again. */
export function useAccountChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: ['account'] }) })
}

/** Whether this browser can make and use passkeys here: they need HTTPS or localhost. */
export const canPasskey = () => typeof PublicKeyCredential !== 'undefined' && 'parseCreationOptionsFromJSON' in PublicKeyCredential

/** Makes a passkey in this browser or phone and tells Logis of it. */
export async function makePasskey(name: string): Promise<void> {
  const begun = await must(api.POST('/account/passkeys/begin'))
  const { publicKey } = begun.options as unknown as { publicKey: PublicKeyCredentialCreationOptionsJSON }
  const made = await asked(() =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) }),
  )
  await must(api.POST('/account/passkeys', { body: { ceremony: begun.ceremony, name, response: made } }))
}

/** Signs in with a passkey of this browser or phone. */
export async function enterByPasskey() {
  const begun = await must(api.POST('/session/passkey/begin'))
  const { publicKey } = begun.options as unknown as { publicKey: PublicKeyCredentialRequestOptionsJSON }
  const given = await asked(() =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) }),
  )
  return must(api.POST('/session/passkey', { body: { ceremony: begun.ceremony, response: given } }))
}

async function asked(ask: () => Promise<Credential | null>): Promise<Record<string, unknown>> {
  try {
    const credential = await ask()
    if (credential) return (credential as PublicKeyCredential).toJSON() as Record<string, unknown>
  } catch {
    // Withdrawn, timed out, or none here: the browser has said so itself.
  }
  throw new Refusal(0, 'no_passkey', 'No passkey was used.')
}
