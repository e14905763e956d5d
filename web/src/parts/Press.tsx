import type { ReactNode, Ref } from 'react'
import styles from './Press.module.css'

interface PressProps {
  children: ReactNode
  /** The name when the content is only a picture, or says too little alone. */
  name?: string
  strong?: boolean
  onPress: () => void
  ref?: Ref<HTMLButtonElement>
}

/** A button that asks for something at once. */
export function Press({ children, name, strong, onPress, ref }: PressProps) {
  return (
    <button ref={ref} type="button" className={styles.press} aria-label={name} data-strong={strong || undefined} onClick={onPress}>
      {children}
    </button>
  )
}
