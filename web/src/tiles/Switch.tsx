import styles from './Switch.module.css'

/**
 * The picture of a switch: its colour is what the device said, its knob where it
 * is wanted, hollow until both are the same. The tile behind it takes the tap.
 */
export function Switch({ is, wanted }: { is: boolean | undefined; wanted: unknown }) {
  const side = wanted === true ? 'on' : wanted === false ? 'off' : 'unknown'
  return <span className={styles.switch} data-on={is || undefined} data-side={side} data-open={is !== wanted || undefined} aria-hidden />
}
