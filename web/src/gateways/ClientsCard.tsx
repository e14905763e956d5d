import { Button, Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { Gateway, LocalClient } from '../api/types'
import { useEndClient, useLocalClients } from '../data/fleet'
import { useStage } from '../data/Scene'
import { When } from '../parts/Age'
import { Card } from '../parts/Card'
import { Sure } from '../parts/Sure'
import styles from './Gateways.module.css'

/** Phones and panels that control the home through the gateway itself. */
export function ClientsCard({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const clients = useLocalClients(home, gateway)
  return (
    <Card title="Paired with the gateway itself">
      <p className={styles.quiet}>They control the home over your own network, also while Logis is out of reach.</p>
      {clients.error && <p role="alert">{clients.error.message}</p>}
      {clients.isPending && <Skeleton height={48} aria-label="The gateway is asked" />}
      {clients.data?.length === 0 && <p>Nobody is.</p>}
      <ul className={styles.clients}>
        {clients.data?.map((client) => (
          <Client key={client.id} gateway={gateway} client={client} />
        ))}
      </ul>
    </Card>
  )
}

function Client({ gateway, client }: { gateway: Gateway; client: LocalClient }) {
  const { home } = useStage()
  const end = useEndClient(home, gateway.id)
  const [asking, setAsking] = useState(false)
  return (
    <li>
      <div className={styles.client}>
        <div>
          <strong>{client.name}</strong>
          <p className={styles.quiet}>
            {client.opens ? 'May open locks and doors' : 'May not open locks and doors'}
            {client.since !== '' && <When at={client.since} prefix=" · since " />}
          </p>
        </div>
        {!asking && (
          <Button variant="default" aria-label={`End ${client.name}…`} onClick={() => setAsking(true)}>
            End…
          </Button>
        )}
      </div>
      {asking && (
        <Sure
          question={`End ${client.name}? It is cut off within a second and must be paired anew at the gateway.`}
          yes="End it"
          busy={end.isPending}
          error={end.error}
          onYes={() => end.mutate(client.id)}
          onNo={() => setAsking(false)}
        />
      )}
    </li>
  )
}
