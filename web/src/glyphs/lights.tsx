import type { Look } from './Glyph'

const filled = (on: boolean) => (on ? 'currentColor' : 'none')

/** A lamp that is filled and rays when it is on. */
export const bulb = ({ on }: Look) => (
  <>
    <path
      d="M16 5.2a7.8 7.8 0 0 0-4.7 14c1.1.9 1.6 1.7 1.6 2.9v.7h6.2v-.7c0-1.2.5-2 1.6-2.9A7.8 7.8 0 0 0 16 5.2Z"
      fill={filled(on)}
    />
    <path d="M13.4 26.4h5.2" />
    {on && <path d="M16 .9v1.3M5.6 5.2l.9.9M26.4 5.2l-.9.9M2.4 14h1.3M28.3 14h1.3" />}
  </>
)

/** A wall switch whose rocker is up when it is on. */
export const rocker = ({ on }: Look) => (
  <>
    <rect x="7.5" y="4" width="17" height="24" rx="4.5" />
    <rect x="12" y={on ? 8 : 15} width="8" height="9" rx="2.4" fill={filled(on)} />
  </>
)

/** A socket. */
export const plug = ({ on }: Look) => (
  <>
    <rect x="5" y="5" width="22" height="22" rx="6.5" />
    <circle cx="16" cy="16" r="6.6" fill={filled(on)} />
    <path d="M13.8 14.4v3.2M18.2 14.4v3.2" stroke={on ? 'var(--behind, var(--surface))' : 'currentColor'} />
  </>
)
