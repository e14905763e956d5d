import { IconBroadcastOff, IconPlugConnectedX } from '@tabler/icons-react'
import { When } from '../parts/Age'
import { useScene, useStage } from '../data/Scene'
import styles from './Frame.module.css'

/** Says that this page hears nothing, on every page of a home. */
export function CutOff() {
  const { cutOff } = useStage()
  if (!cutOff) return null
  return (
    <p className={styles.banner} data-tone="bad" role="status">
      <IconPlugConnectedX size={20} aria-hidden />
      <span>
        This page has lost its connection. Everything is shown <When at={cutOff} prefix="as of " /> and will catch up
        by itself.
      </span>
    </p>
  )
}

/** What a person should know before believing the screen: of all gateways, or of one. */
export function Banners({ gateway: only }: { gateway?: string | undefined }) {
  const { picture, cutOff, past } = useScene()
  const away = [...picture.gateways.values()].filter(
    (gateway) => !gateway.connected && !gateway.revoked && (only === undefined || gateway.id === only),
  )
  if (cutOff) return <CutOff />
  return away.map((gateway) => (
    <p key={gateway.id} className={styles.banner} data-tone="warn" role={past === null ? 'status' : undefined}>
      <IconBroadcastOff size={20} aria-hidden />
      <span>
        {gateway.version === '' ? (
          <>{gateway.name} has not been here yet.</>
        ) : (
          <>
            <strong>{gateway.name}</strong> {past === null ? 'has' : 'had'} been away{' '}
            <When at={gateway.since} prefix="since " />. Its devices are shown as they were then.
          </>
        )}
      </span>
    </p>
  ))
}
