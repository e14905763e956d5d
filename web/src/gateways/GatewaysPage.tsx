import { IconBroadcast, IconBroadcastOff } from '@tabler/icons-react'
import type { Gateway } from '../api/types'
import { useScene } from '../data/Scene'
import { When } from '../parts/Age'
import { AddGateway } from './AddGateway'
import styles from './Gateways.module.css'

/** The boxes in the home that talk to its devices. */
export function GatewaysPage() {
  const { picture } = useScene()
  const gateways = [...picture.gateways.values()].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <>
      <title>{`Gateways – ${picture.home.name}`}</title>
      <div className={styles.intro}>
        <h1>Gateways</h1>
        <p>
          A gateway is the small computer in your home that talks to lamps, sensors and locks. The home goes on working
          while a gateway cannot reach Logis; what happened is told as soon as it can.
        </p>
      </div>
      <ul className={styles.list}>
        {gateways.map((gateway) => (
          <GatewayCard key={gateway.id} gateway={gateway} />
        ))}
      </ul>
      <AddGateway first={gateways.length === 0} />
    </>
  )
}

function GatewayCard({ gateway }: { gateway: Gateway }) {
  const { picture } = useScene()
  const count = [...picture.devices.values()].filter((device) => device.gateway === gateway.id).length
  const Icon = gateway.connected ? IconBroadcast : IconBroadcastOff
  return (
    <li className={styles.gateway} data-connected={gateway.connected || undefined}>
      <article aria-label={gateway.name}>
        <span className={styles.icon}>
          <Icon size={26} stroke={1.7} aria-hidden />
        </span>
        <div className={styles.what}>
          <h2>{gateway.name}</h2>
          <p className={styles.state}>
            {gateway.connected ? 'Connected' : gateway.version === '' ? 'Not here yet' : 'Away'}{' '}
            {(gateway.connected || gateway.version !== '') && <When at={gateway.since} prefix="since " />}
          </p>
          <p className={styles.more}>
            {count} {count === 1 ? 'device' : 'devices'}
            {gateway.version !== '' && ` · version ${gateway.version}`}
          </p>
          <details className={styles.fold}>
            <summary>Technical details</summary>
            <dl>
              <dt>Key</dt>
              <dd>{gateway.key_fingerprint}</dd>
              <dt>Session</dt>
              <dd>{gateway.session}</dd>
              <dt>Last report</dt>
              <dd>
                {gateway.cursor} (epoch {gateway.epoch})
              </dd>
              <dt>Id</dt>
              <dd>{gateway.id}</dd>
            </dl>
          </details>
        </div>
      </article>
    </li>
  )
}
