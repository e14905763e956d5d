import { Button } from '@mantine/core'
import { IconBroadcast, IconBroadcastOff, IconChevronRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Gateway } from '../api/types'
import { useClaim, useTurnOut } from '../data/arrange'
import { useScene, useStage } from '../data/Scene'
import { useNow } from '../data/useNow'
import { CutOff } from '../frame/Banners'
import { Sure } from '../parts/Sure'
import { keyWords } from '../words/gatewayKeys'
import { AddGateway, Claimed } from './AddGateway'
import styles from './Gateways.module.css'
import { Newcomers } from './Newcomers'
import { GatewayState } from './GatewayState'
import { StorageCard } from './StorageCard'

/** The boxes in the home that talk to its devices. */
export function GatewaysPage() {
  const { picture } = useScene()
  const gateways = [...picture.gateways.values()].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <>
      <title>{`Gateways – ${picture.home.name}`}</title>
      <CutOff />
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
      <Newcomers />
      <AddGateway first={gateways.length === 0} />
      <div className={styles.below}><StorageCard home={picture.home.id} owner={picture.home.role === 'owner'} /></div>
    </>
  )
}

function GatewayCard({ gateway }: { gateway: Gateway }) {
  const { picture, cutOff } = useScene()
  const known = gateway.connected && cutOff === null
  const count = [...picture.devices.values()].filter((device) => device.gateway === gateway.id).length
  const Icon = known ? IconBroadcast : IconBroadcastOff
  return (
    <li className={styles.gateway} data-connected={known || undefined}>
      <article aria-label={gateway.name}>
        <span className={styles.icon}>
          <Icon size={26} stroke={1.7} aria-hidden />
        </span>
        <div className={styles.what}>
          <h2>{gateway.name}</h2>
          <p className={styles.state}>
            <GatewayState gateway={gateway} />
          </p>
          <p className={styles.more}>
            {count} {count === 1 ? 'device' : 'devices'}
            {gateway.version !== '' && ` · version ${gateway.version}`}
          </p>
          <KeyState gateway={gateway} />
          {!gateway.revoked && (
            <Link
              className={styles.link}
              to="/homes/$home/gateways/$gateway"
              params={{ home: picture.home.id, gateway: gateway.id }}
              aria-label={`${gateway.name}: health, new devices, settings`}
            >
              Health, new devices, settings <IconChevronRight size={18} aria-hidden />
            </Link>
          )}
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
            {!gateway.revoked && <PairAgain gateway={gateway} />}
            {!gateway.revoked && <TurnOut gateway={gateway} />}
          </details>
        </div>
      </article>
    </li>
  )
}

/** How long the gateway's key is good, and what to do when it is not. */
function KeyState({ gateway }: { gateway: Gateway }) {
  const words = keyWords(gateway, useNow(60_000))
  if (words === null) return null
  return (
    <p className={words.act ? styles.act : styles.more} role={words.act ? 'alert' : undefined}>
      {words.text}
    </p>
  )
}

/** Gives the gateway another key: it stays the gateway it is, with its devices and their history. */
function PairAgain({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const claim = useClaim(home)
  if (claim.data) return <Claimed claim={claim.data} known again={() => claim.mutate(gateway.id)} />
  return (
    <>
      {claim.error && <p role="alert">{claim.error.message}</p>}
      <Button variant="default" mt="xs" mr="xs" loading={claim.isPending} onClick={() => claim.mutate(gateway.id)}>
        Pair again…
      </Button>
    </>
  )
}

/** What ends what a gateway may, asked twice: it cannot be taken back. */
function TurnOut({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const [asking, setAsking] = useState(false)
  const turnOut = useTurnOut(home)
  if (!asking) {
    return (
      <Button variant="default" mt="xs" onClick={() => setAsking(true)}>
        Turn out…
      </Button>
    )
  }
  return (
    <Sure
      question={`Turn ${gateway.name} out for good? It is cut off at once. Its devices and their history stay, but nothing can be asked of them.`}
      yes="Turn it out"
      busy={turnOut.isPending}
      error={turnOut.error}
      onYes={() => turnOut.mutate(gateway)}
      onNo={() => setAsking(false)}
    />
  )
}
