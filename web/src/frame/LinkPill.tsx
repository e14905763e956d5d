import type { LinkState } from '../data/live'
import { useScene } from '../data/Scene'
import styles from './Frame.module.css'

/** Whether what is on the screen is live, in a word. */
export function LinkPill({ link }: { link: LinkState }) {
  const { picture } = useScene()
  const away = [...picture.gateways.values()].filter((g) => !g.connected && !g.revoked).length
  const [tone, words] =
    link.kind === 'lost'
      ? ['bad', 'Reconnecting']
      : link.kind === 'connecting'
        ? ['warn', 'Connecting']
        : away > 0
          ? ['warn', away === 1 ? 'Gateway away' : `${away} gateways away`]
          : ['good', 'Live']
  return (
    <p className={styles.pill} data-tone={tone} role="status">
      <span className={styles.dot} aria-hidden />
      {words}
    </p>
  )
}
