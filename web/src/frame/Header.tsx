import { useScene } from '../data/Scene'
import type { LinkState } from '../data/live'
import styles from './Frame.module.css'
import { HomeMenu } from './HomeMenu'
import { LinkPill } from './LinkPill'
import { TopNav } from './Navigation'

/** The name of the home, how well it is connected, and the way to its pages. */
export function Header({ link }: { link: LinkState }) {
  const { picture } = useScene()
  return (
    <header className={styles.header}>
      <div className={styles.headerRow}>
        <HomeMenu />
        <TopNav home={picture.home.id} />
        <LinkPill link={link} />
      </div>
    </header>
  )
}
