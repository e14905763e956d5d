import type { Look } from './Glyph'

/** A bed, with a moon while somebody sleeps in it. */
export const bed = ({ on }: Look) => (
  <>
    <path d="M4 26v-4.5M28 26v-4.5M4 21.5v-3a2.5 2.5 0 0 1 2.5-2.5h19a2.5 2.5 0 0 1 2.5 2.5v3Z" fill={on ? 'currentColor' : 'none'} fillOpacity=".25" />
    <path d="M8 16v-1.2A2.3 2.3 0 0 1 10.3 12.5h3.4a2.3 2.3 0 0 1 2.3 2.3V16" />
    {on && <path d="M25.5 9.5a4 4 0 1 1-3.8-5.2 3.2 3.2 0 0 0 3.8 5.2Z" fill="currentColor" />}
  </>
)

/** A camera; its eye is filled while it watches. */
export const camera = ({ on }: Look) => (
  <>
    <rect x="4" y="9" width="17" height="14" rx="3.5" />
    <path d="m21 14.5 7-4v11l-7-4" />
    <circle cx="12.5" cy="16" r="3.2" fill={on ? 'currentColor' : 'none'} />
    {!on && <path d="M5 27 26 5" />}
  </>
)

/** A button on the wall. */
export const button = ({ on }: Look) => (
  <>
    <rect x="5" y="5" width="22" height="22" rx="6.5" />
    <circle cx="16" cy="16" r="5" fill={on ? 'currentColor' : 'none'} />
  </>
)

/** A gauge whose hand rises with what flows. */
export const meter = ({ level }: Look) => {
  const angle = (-200 + 220 * level) * (Math.PI / 180)
  return (
    <>
      <path d="M6.2 23.5a11.5 11.5 0 1 1 19.6 0" />
      <path d={`M16 18 ${16 + 7 * Math.cos(angle)} ${18 + 7 * Math.sin(angle)}`} />
      <path d="M12.5 26.5h7" />
    </>
  )
}

/** A device of a kind this page does not know. */
export const box = ({ on }: Look) => (
  <>
    <path d="M16 4.5 26.5 10v12L16 27.5 5.5 22V10Z" fill={on ? 'currentColor' : 'none'} fillOpacity=".2" />
    <path d="m5.5 10 10.5 5.5L26.5 10M16 15.5v12" />
  </>
)
