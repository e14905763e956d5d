import type { Look } from './Glyph'

/** A watching eye that sends out waves when it sees somebody. */
export const motion = ({ on }: Look) => (
  <>
    <circle cx="16" cy="9" r="3.2" fill={on ? 'currentColor' : 'none'} />
    <path d="M16 14.5c-3 0-4.6 2-5 5.4M16 14.5c3 0 4.6 2 5 5.4M16 14.5v6M16 20.5l-2.8 7M16 20.5l2.8 7" />
    {on && <path d="M5.5 8.5c-1.3 3-1.3 6 0 9M26.5 8.5c1.3 3 1.3 6 0 9" />}
  </>
)

/** Warmth and moisture together. */
export const air = ({ level }: Look) => (
  <>
    <path d="M14.5 17.5V8a3 3 0 0 0-6 0v9.5a5.2 5.2 0 1 0 6 0Z" />
    <path d={`M11.5 21.5V${18 - 9 * level}`} strokeWidth="2.8" />
    <path d="M23.5 12c1.9 2.3 3.5 4 3.5 6.2a3.5 3.5 0 0 1-7 0c0-2.2 1.6-3.9 3.5-6.2Z" fill="currentColor" fillOpacity=".25" />
  </>
)

/** A ceiling alarm that sounds when it is on. */
export const alarm = ({ on }: Look) => (
  <>
    <circle cx="16" cy="16" r="10.5" fill={on ? 'currentColor' : 'none'} />
    <circle cx="16" cy="16" r="4.2" stroke={on ? 'var(--behind, var(--surface))' : 'currentColor'} />
    {on ? <path d="M2.5 11c-1 3.3-1 6.7 0 10M29.5 11c1 3.3 1 6.7 0 10" /> : <path d="M16 9.2v.01M22.8 16v.01M16 22.8v.01M9.2 16v.01" />}
  </>
)

/** Daylight, with as many rays as there is light. */
export const sun = ({ level }: Look) => (
  <>
    <circle cx="16" cy="16" r="5.5" fill="currentColor" fillOpacity={0.15 + 0.75 * level} />
    <path d="M16 3.5v2.7M16 25.8v2.7M3.5 16h2.7M25.8 16h2.7M7.2 7.2 9 9M23 23l1.8 1.8M24.8 7.2 23 9M9 23l-1.8 1.8" />
  </>
)
