import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useProvider, visitProvider } from '../data/openid'

/** Signs in at the OpenID provider, where there is one; with an invitation also somebody new. */
export function ProviderButton({ invitation, verb = 'Sign in' }: { invitation?: { link: string; name: string }; verb?: string }) {
  const provider = useProvider()
  const visit = useMutation({ mutationFn: () => visitProvider(false, invitation) })
  if (!provider.data) return null
  return (
    <>
      <Button size="md" variant="default" loading={visit.isPending || visit.isSuccess} disabled={invitation?.name === ''} onClick={() => visit.mutate()}>
        {verb} with {provider.data}
      </Button>
      {visit.error && <p role="alert">{visit.error.message}</p>}
    </>
  )
}
