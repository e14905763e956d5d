import { Link } from '@tanstack/react-router'
import { useScene } from '../data/Scene'
import { CheckCard } from './CheckCard'
import { DownloadCard } from './DownloadCard'
import styles from './Proof.module.css'

/** Whether the history is the one that was written, and the file of it. */
export function ProofPage() {
  const { picture } = useScene()
  return (
    <>
      <title>{`History – ${picture.home.name}`}</title>
      <header className={styles.top}>
        <h1>Your history</h1>
        <p>
          Everything that happened at home is one chain of {picture.seq.toLocaleString('en')} events. You can{' '}
          <Link to="/homes/$home/timeline" params={{ home: picture.home.id }}>look at any moment of it</Link>, check that nobody
          changed it, and take all of it with you.
        </p>
      </header>
      <div className={styles.cards} key={picture.home.id}>
        <CheckCard />
        <DownloadCard />
      </div>
    </>
  )
}
