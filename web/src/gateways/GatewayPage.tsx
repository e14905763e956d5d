import { IconArrowLeft, IconPlugConnectedX } from '@tabler/icons-react'
import { Link, useParams } from '@tanstack/react-router'
import type { Gateway } from '../api/types'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { ClientsCard } from './ClientsCard'
import { ConfigurationCard } from './ConfigurationCard'
import styles from './Gateways.module.css'
import { GatewayState } from './GatewayState'
import { HealthCard } from './HealthCard'
import { LogCard } from './LogCard'
import { PairingCard } from './PairingCard'

/** One gateway: how it is, who it lets in, what it works with. */
export function GatewayPage() {
  const { gateway: id } = useParams({ from: '/gate/homes/$home/gateways/$gateway' })
  const { picture } = useScene()
  const gateway = picture.gateways.get(id)
  return (
    <>
      <CutOff />
      <Link className={styles.back} to="/homes/$home/gateways" params={{ home: picture.home.id }}>
        <IconArrowLeft size={18} aria-hidden /> Gateways
      </Link>
      {gateway ? <Known key={id} gateway={gateway} /> : <h1>There is no such gateway</h1>}
    </>
  )
}

function Known({ gateway }: { gateway: Gateway }) {
  const { picture, cutOff } = useScene()
  const here = gateway.connected && cutOff === null
  return (
    <>
      <title>{`${gateway.name} – ${picture.home.name}`}</title>
      <div className={styles.intro} data-connected={here || undefined}>
        <h1>{gateway.name}</h1>
        <p className={styles.state}>
          <GatewayState gateway={gateway} />
        </p>
      </div>
      {!here && !gateway.revoked && (
        <p className={styles.away} role="status">
          <IconPlugConnectedX size={20} aria-hidden />
          The gateway cannot be asked anything now. Settings you save are told to it when it is back.
        </p>
      )}
      <div className={styles.columns}>
        <div className={styles.column}>
          {here && <PairingCard gateway={gateway} />}
          {here && <HealthCard gateway={gateway} />}
        </div>
        <div className={styles.column}>
          {!gateway.revoked && <ConfigurationCard key={gateway.configuration.version} gateway={gateway} />}
          {here && <ClientsCard gateway={gateway} />}
        </div>
      </div>
      {here && <LogCard gateway={gateway} />}
    </>
  )
}
