import { Button } from '@mantine/core'
import { api, must } from '../api/client'
import { useAccount, useAccountChange } from '../data/account'
import { useProvider, visitProvider } from '../data/openid'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import styles from './Account.module.css'

/** Links the OpenID provider, where there is one, so that it signs the person in. */
export function ProviderCard() {
  const provider = useProvider()
  const account = useAccount()
  const link = useAccountChange(() => visitProvider(true))
  const unlink = useAccountChange(() => must(api.DELETE('/account/openid')))
  if (!provider.data) return null
  return (
    <Card title={provider.data}>
      {account.data?.openid ? (
        <>
          <p className={styles.quiet}>You can sign in with your account there.</p>
          <Trouble error={unlink.error} again={() => unlink.mutate(undefined)} />
          <div><Button variant="default" loading={unlink.isPending} onClick={() => unlink.mutate(undefined)}>Unlink</Button></div>
        </>
      ) : (
        <>
          <p className={styles.quiet}>Link your account there, and it signs you in here.</p>
          <Trouble error={link.error} again={() => link.mutate(undefined)} />
          <div><Button loading={link.isPending} onClick={() => link.mutate(undefined)}>Link {provider.data}</Button></div>
        </>
      )}
    </Card>
  )
}
