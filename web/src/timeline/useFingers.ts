import { type PointerEvent, type RefObject, useEffect, useRef } from 'react'

interface Fingers {
  /** One finger, or the mouse, is at so much of the width, 0 to 1. */
  onPoint: (part: number) => void
  /** The stretch becomes so many times as long; the instant at this part of the width stays. */
  onZoom: (factor: number, part: number) => void
  /** The stretch moves by so much of its length. */
  onPan: (by: number) => void
}

/** How much a step of the wheel zooms. */
const wheelStep = 0.002
/** A line of a wheel that tells lines, in pixels. */
const lineHeight = 16
/** The most one event of a wheel may say, in pixels. */
const mostWheel = 240

/**
 * What fingers, mouse and wheel do on the strip: one points, two zoom and move, the wheel zooms, and moves when it is
 * turned sideways or with Shift.
 */
export function useFingers(box: RefObject<HTMLElement | null>, { onPoint, onZoom, onPan }: Fingers) {
  const down = useRef(new Map<number, number>())
  const held = useRef({ onZoom, onPan })
  useEffect(() => {
    held.current = { onZoom, onPan }
  })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const turn = (event: WheelEvent) => {
      event.preventDefault() // or the page would scroll away under it
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? lineHeight : 1
      const bounded = (delta: number) => Math.min(mostWheel, Math.max(-mostWheel, delta * unit))
      const { left, width } = element.getBoundingClientRect()
      const aside = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX
      if (Math.abs(aside) > Math.abs(event.shiftKey ? 0 : event.deltaY)) held.current.onPan(bounded(aside) / width)
      else held.current.onZoom(Math.exp(bounded(event.deltaY) * wheelStep), (event.clientX - left) / width)
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  }, [box])

  const part = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const lift = (event: PointerEvent<HTMLElement>) => void down.current.delete(event.pointerId)
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId)
      down.current.set(event.pointerId, part(event))
      if (down.current.size === 1) onPoint(part(event))
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const before = down.current.get(event.pointerId)
      if (before === undefined) return
      const now = part(event)
      down.current.set(event.pointerId, now)
      if (down.current.size === 1) {
        onPoint(now)
        return
      }
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1]
      if (other === undefined || Math.abs(now - other) < 0.01) return
      onZoom(Math.abs(before - other) / Math.abs(now - other), other)
    },
    onPointerUp: lift,
    onPointerCancel: lift,
    onLostPointerCapture: lift,
  }
}
