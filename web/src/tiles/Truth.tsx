import { IconAlertTriangle, IconCheck, IconCloudOff, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Age, When } from '../parts/Age'
import { useStage } from '../data/Scene'
import { type DeviceView, heardAt, type Progress } from '../data/truth'
import { lastSignal } from './appearance'
import { statusWords } from '../words/commands'
import { fadingWords } from '../words/fade'
import { kindWords } from '../words/kinds'
import styles from './Truth.module.css'

const steps = { asking: 0, asked: 1, sent: 2, delivered: 2, 'carried-out': 2, confirmed: 3 } as const

/** Asked, sent, confirmed: three dots that fill. */
function Dots({ done }: { done: number }) {
  return (
    <span className={styles.dots} aria-hidden>
      {[1, 2, 3].map((n) => (
        <span key={n} className={styles.dot} data-done={n <= done || undefined} data-next={n === done + 1 || undefined} />
      ))}
    </span>
  )
}

function Underway({ view, progress }: { view: DeviceView; progress: Extract<Progress, { kind: keyof typeof steps }> }) {
  const words = {
    asking: 'Asking',
    asked: view.reach.kind === 'gateway-away' ? 'Asked, waits for the gateway' : 'Asked',
    sent: 'Sent',
    delivered: 'command' in progress && progress.command && progress.command.transition_ms > 0 ? fadingWords(progress.command, view.device) : 'Sent, gateway has it',
    'carried-out': `Done, ${kindWords(view.device.kind).noun} has not said so`,
    confirmed: 'Confirmed',
  }[progress.kind]
  return (
    <span className={styles.line} data-progress={progress.kind}>
      {progress.kind === 'confirmed' ? <IconCheck className={styles.tick} size={16} stroke={2.6} aria-hidden /> : <Dots done={steps[progress.kind]} />}
      <span>{words}</span>
    </span>
  )
}

function Trouble({ view, words }: { view: DeviceView; words: string }) {
  const { home } = useStage()
  return (
    <Link
      to="/homes/$home/devices/$device"
      params={{ home, device: view.device.id }}
      hash="commands"
      className={styles.line}
      data-progress="trouble"
    >
      <IconAlertTriangle size={16} aria-hidden />
      <span>
        {words}. <span className={styles.why}>Why?</span>
      </span>
    </Link>
  )
}

function Refused({ view, progress }: { view: DeviceView; progress: Extract<Progress, { kind: 'refused' }> }) {
  const { forget } = useStage()
  const words =
    progress.ask.code === 'edge_offline'
      ? 'Not done: the gateway is away'
      : progress.ask.code === 'unreachable'
        ? 'No answer from Logis. Look before you ask again'
        : `Not done: ${progress.ask.message}`
  return (
    <span className={styles.line} data-progress="trouble">
      <IconAlertTriangle size={16} aria-hidden />
      <span>{words}</span>
      <button type="button" className={styles.dismiss} aria-label="Dismiss" onClick={() => forget(view.device.id)}>
        <IconX size={14} aria-hidden />
      </button>
    </span>
  )
}

/** How old what is shown is, or why it may not be so any more. */
function Freshness({ view }: { view: DeviceView }) {
  // A button has no state that could grow old: what counts is when it was pressed.
  const at = view.device.kind === 'button' ? (lastSignal(view.device, view.twin)?.at ?? null) : heardAt(view.twin)
  if (view.reach.kind !== 'here') {
    return (
      <span className={styles.line} data-progress="stale">
        <IconCloudOff size={16} aria-hidden />
        <span>
          {view.reach.kind === 'unreachable' ? 'Can’t be reached' : null}
          {at && (view.reach.kind === 'unreachable' ? ', ' : '')}
          {at ? <When at={at} prefix="as of " /> : view.reach.kind === 'unreachable' ? null : 'Away'}
        </span>
      </span>
    )
  }
  return <span className={styles.line}>{at && <Age at={at} />}</span>
}

/** The line that says how true the tile is: what is underway, what went wrong, or how old it is. */
export function Truth({ view, id }: { view: DeviceView; id?: string }) {
  const { progress } = view
  return (
    <div className={styles.truth} id={id}>
      {progress === null ? (
        <Freshness view={view} />
      ) : progress.kind === 'trouble' ? (
        <Trouble view={view} words={statusWords(progress.command, view.device)} />
      ) : progress.kind === 'refused' ? (
        <Refused view={view} progress={progress} />
      ) : (
        <Underway view={view} progress={progress} />
      )}
    </div>
  )
}
