import styles from './Proof.module.css'

/** How far something has come that takes a while. */
export function Bar({ label, done, all }: { label: string; done: number; all: number }) {
  const percent = all === 0 ? 0 : Math.min(100, Math.floor((done / all) * 100))
  return (
    <div className={styles.bar}>
      <progress aria-label={label} max={100} value={percent} />
      <span className="numbers">{percent} %</span>
    </div>
  )
}
