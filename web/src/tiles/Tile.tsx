import { IconBattery1, IconChevronRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type CSSProperties, type ReactNode, useId } from 'react'
import { Glyph } from '../glyphs/Glyph'
import { useStage } from '../data/Scene'
import { type DeviceView, pending, reported } from '../data/truth'
import { appearanceOf } from './appearance'
import { Switch } from './Switch'
import styles from './Tile.module.css'
import { Truth } from './Truth'

/** Below this percentage a battery is worth a word. */
export const lowBattery = 10

/** Whether a device says that its battery is nearly empty. */
export function batteryLow(view: Pick<DeviceView, 'twin'>): boolean {
  const percent = reported(view.twin, 'batteryPercent')
  return reported(view.twin, 'batteryLow') === true || (typeof percent === 'number' && percent <= lowBattery)
}

interface TileProps {
  view: DeviceView
  /** What a tap on the tile does. Without it the tile leads to the device's page. */
  toggle?: { pressed: boolean | undefined; wanted: unknown; press: () => void } | undefined
  /** The colour of the light a lamp gives. */
  light?: string | null
  /** A small tile for what is only read. */
  small?: boolean
  children?: ReactNode
}

/** One device: its picture, its state, how true that is, and what can be done at once. */
export function Tile({ view, toggle, light, small, children }: TileProps) {
  const { home, isPast } = useStage()
  const { device, twin, reach, progress } = view
  const { look, words, tone } = appearanceOf(device, twin)
  const id = useId()
  const page = { to: '/homes/$home/devices/$device', params: { home, device: device.id } } as const
  return (
    <article
      className={styles.tile}
      aria-label={device.name}
      data-tone={words === null ? 'unknown' : tone}
      data-stale={reach.kind !== 'here' || undefined}
      data-pending={pending(progress) || undefined}
      data-small={small || undefined}
      style={light ? ({ '--light': light } as CSSProperties) : undefined}
    >
      {!isPast && toggle && (
        <button
          type="button"
          className={styles.face}
          aria-label={device.name}
          aria-pressed={toggle.pressed ?? 'mixed'}
          aria-describedby={`${id}state ${id}truth`}
          onClick={toggle.press}
        />
      )}
      {!isPast && !toggle && (
        <Link {...page} className={styles.face} aria-label={device.name} aria-describedby={`${id}state ${id}truth`} />
      )}
      <div className={styles.top}>
        <span className={styles.glyph}>
          <Glyph kind={device.kind} look={look} />
        </span>
        {!isPast && toggle && <Switch is={toggle.pressed} wanted={toggle.wanted} />}
        {batteryLow(view) && (
          <span className={styles.battery} title="Battery low">
            <IconBattery1 size={18} aria-label="Battery low" role="img" />
          </span>
        )}
      </div>
      <div className={styles.text}>
        <h3 className={styles.name}>{device.name}</h3>
        <p className={styles.state} id={`${id}state`}>
          {words ?? 'Not heard yet'}
        </p>
        <Truth view={view} id={`${id}truth`} />
        {!isPast && !small && <More page={page} name={toggle ? `${device.name}: details` : null} />}
      </div>
      {children && <div className={styles.controls}>{children}</div>}
    </article>
  )
}

interface MoreProps {
  page: { to: '/homes/$home/devices/$device'; params: { home: string; device: string } }
  /** The name of the link; null where the whole tile is one already. */
  name: string | null
}

/** The mark that there is a page behind the tile. */
function More({ page, name }: MoreProps) {
  const mark = <IconChevronRight size={18} aria-hidden />
  return name === null ? <span className={styles.more}>{mark}</span> : <Link {...page} className={styles.more} aria-label={name}>{mark}</Link>
}
