import { type CSSProperties, useEffect, useEffectEvent, useRef, useState } from 'react'
import styles from './LevelSlider.module.css'

/** Keyboard steps are gathered for so long before they become one wish. */
const gather = 400

interface LevelSliderProps {
  label: string
  /** What the device said; undefined when it never did. */
  reported: number | undefined
  /** What is wanted of it; equal to reported when nothing is underway. */
  wanted: number | undefined
  min: number
  max: number
  step?: number
  words: (value: number) => string
  onWish: (value: number) => void
  disabled?: boolean
  /** CSS of the track, for colours. Without it the reported part is filled. */
  track?: string
}

/**
 * A level that can be moved. Its filled part is what the device said; its thumb
 * is what is wanted, hollow until both are the same.
 */
export function LevelSlider(props: LevelSliderProps) {
  const { label, reported, wanted, min, max, step = 1, words, disabled, track } = props
  const [draft, setDraft] = useState<number | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const byPointer = useRef(false)
  const wish = useEffectEvent(props.onWish)

  useEffect(() => {
    const element = input.current
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = () => {
      setDraft(null)
      wish(Number(element.value))
    }
    // React's onChange fires while dragging; the browser's own fires at the end.
    const changed = () => {
      clearTimeout(timer)
      if (byPointer.current) settle()
      else timer = setTimeout(settle, gather)
    }
    element.addEventListener('change', changed)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('change', changed)
    }
  }, [])

  const value = draft ?? wanted ?? reported ?? min
  const share = (v: number) => `${((v - min) / (max - min)) * 100}%`
  const style: CSSProperties = { '--fill': share(reported ?? min), '--thumb': share(value), ...(track && { '--track': track }) } as CSSProperties
  return (
    <span className={styles.slider} style={style} data-open={value !== reported || undefined} data-track={track ? '' : undefined}>
      <input
        ref={input}
        type="range"
        aria-label={label}
        aria-valuetext={reported === undefined && draft === null ? 'not known' : words(value)}
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        onPointerDown={() => (byPointer.current = true)}
        onKeyDown={() => (byPointer.current = false)}
        onChange={(event) => setDraft(Number(event.currentTarget.value))}
      />
      {draft !== null && <output className={styles.bubble}>{words(draft)}</output>}
    </span>
  )
}
