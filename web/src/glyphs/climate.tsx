import type { Look } from './Glyph'

/** A window with two curtains, drawn as far as they are. */
export const curtain = ({ level }: Look) => {
  const width = 3 + 7.5 * level
  return (
    <>
      <path d="M4 6h24" />
      <rect x="5.5" y="6" width={width} height="20.5" rx="1.8" fill="currentColor" fillOpacity=".3" />
      <rect x={26.5 - width} y="6" width={width} height="20.5" rx="1.8" fill="currentColor" fillOpacity=".3" />
    </>
  )
}

/** A dial whose hand points at the warmth asked for. */
export const dial = ({ on, level }: Look) => {
  const angle = (-225 + 270 * level) * (Math.PI / 180)
  return (
    <>
      <circle cx="16" cy="16" r="11.5" fill={on ? 'currentColor' : 'none'} fillOpacity=".22" />
      <path d={`M16 16 ${16 + 7.2 * Math.cos(angle)} ${16 + 7.2 * Math.sin(angle)}`} />
      <circle cx="16" cy="16" r="1.5" fill="currentColor" />
    </>
  )
}

/** A wall unit that blows when it is on. */
export const airConditioner = ({ on }: Look) => (
  <>
    <rect x="3.5" y="6" width="25" height="10.5" rx="3.4" fill={on ? 'currentColor' : 'none'} fillOpacity=".25" />
    <path d="M8 12.5h16" />
    {on && <path d="M9.5 20.5c2 1.3-1 3.2 1 5M16 20.5c2 1.3-1 3.2 1 5M22.5 20.5c2 1.3-1 3.2 1 5" />}
  </>
)

/** A thermometer, filled as far as it is warm. */
export const thermometer = ({ level }: Look) => (
  <>
    <path d="M19.5 18.2V8a3.5 3.5 0 0 0-7 0v10.2a6 6 0 1 0 7 0Z" />
    <path d={`M16 22.8V${19 - 10 * level}`} strokeWidth="3" />
    <circle cx="16" cy="23" r="2.2" fill="currentColor" />
  </>
)

/** A drop, filled when there is something to see. */
export const drop = ({ on, level }: Look) => (
  <>
    <path
      d="M16 4.5c4 4.7 8 8.9 8 13.7a8 8 0 0 1-16 0c0-4.8 4-9 8-13.7Z"
      fill="currentColor"
      fillOpacity={on ? 0.9 : 0.12 + 0.3 * level}
    />
    {!on && <path d="M12.5 18.5a3.6 3.6 0 0 0 3 3.5" />}
  </>
)
