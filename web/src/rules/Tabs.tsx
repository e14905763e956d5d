import { Link } from '@tanstack/react-router'
import { useScene } from '../data/Scene'
import styles from './Rules.module.css'

/** Rules, and what they go by, share one place in the navigation. */
export function Tabs() {
  const { home } = useScene()
  return (
    <nav className={styles.tabs} aria-label="Rules and scenes">
      <Link to="/homes/$home/rules" params={{ home }} activeOptions={{ exact: true }}>Rules</Link>
      <Link to="/homes/$home/scenes" params={{ home }}>Scenes</Link>
      <Link to="/homes/$home/modes" params={{ home }}>Modes</Link>
      <Link to="/homes/$home/tests" params={{ home }}>Tests</Link>
    </nav>
  )
}
