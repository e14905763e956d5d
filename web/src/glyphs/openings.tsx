import type { Look } from './Glyph'

/** A padlock; its shackle is open when the lock is. */
export const lock = ({ on }: Look) => (
  <>
    <path d={on ? 'M11 14.5v-4.2a5 5 0 0 1 9.5-2.2' : 'M11 14.5v-3.7a5 5 0 0 1 10 0v3.7'} />
    <rect x="7.5" y="14.5" width="17" height="12.5" rx="3.6" fill={on ? 'none' : 'currentColor'} />
    <path d="M16 19.4v2.8" stroke={on ? 'currentColor' : 'var(--behind, var(--surface))'} />
  </>
)

/** A door or window leaf, ajar when it is open. */
export const door = ({ on }: Look) => (
  <>
    <path d="M8 27.5V6.6A1.6 1.6 0 0 1 9.6 5h12.8A1.6 1.6 0 0 1 24 6.6v20.9M4.5 27.5h23" />
    {on ? (
      <path d="M8 6.2 17.5 9v21.3L8 27.5Z" fill="currentColor" fillOpacity=".28" />
    ) : (
      <path d="M19.8 16.4v1.2" />
    )}
  </>
)

/** A tap wheel over a pipe; the pipe is filled while water can flow. */
export const valve = ({ on }: Look) => (
  <>
    <path d="M4.5 16.5 16 21.5l11.5-5v10L16 21.5l-11.5 5Z" fill={on ? 'currentColor' : 'none'} />
    <path d="M16 21.5V9M10.5 6.5h11M12.5 9h7" />
  </>
)
