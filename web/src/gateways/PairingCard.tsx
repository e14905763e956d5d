import { Button, Loader, Skeleton, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Gateway } from '../api/types'
import { type OpenRadio, useCommission, useOpenRadio, useRadios } from '../data/fleet'
import { useScene, useStage } from '../data/Scene'
import { useNow } from '../data/useNow'
import { Card } from '../parts/Card'
import { countdown } from '../words/ages'
import styles from './Gateways.module.css'

/** How long a radio is opened at a time, in seconds: time to walk to the device and press its button. */
const window = 180

/** Lets new devices in. */
export function PairingCard({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const radios = useRadios(home, gateway)
  const able = (radios.data ?? []).filter((radio) => radio.opens || radio.codes)
  return (
    <Card title="Let a new device in">
      {radios.error && <p role="alert">{radios.error.message}</p>}
      {radios.isPending && <Skeleton height={64} aria-label="The gateway is asked" />}
      {radios.data && able.length === 0 && (
        <p className={styles.quiet}>No radio of this gateway lets devices in from here.</p>
      )}
      {able.map((radio) => (
        <section key={radio.radio} className={styles.radio} aria-label={radio.radio}>
          <h3>{radio.radio}</h3>
          {radio.disabled ? (
            <p className={styles.quiet}>This radio is switched off in the settings.</p>
          ) : (
            <>
              {radio.opens && <Window gateway={gateway} radio={radio} />}
              {radio.codes && <Code gateway={gateway} radio={radio} />}
            </>
          )}
        </section>
      ))}
    </Card>
  )
}

function Window({ gateway, radio }: { gateway: Gateway; radio: OpenRadio }) {
  const { home } = useStage()
  const open = useOpenRadio(home, gateway.id)
  const now = useNow(1000)
  const [from, setFrom] = useState<number | null>(null)
  const left = radio.until - now
  const ask = (seconds: number) => {
    if (seconds > 0) setFrom(now)
    open.mutate({ radio: radio.radio, seconds })
  }
  return (
    <>
      {left > 0 ? (
        <p className={styles.open} role="timer" aria-label={`${radio.radio} is open`}>
          <Loader size={20} aria-hidden />
          <span>
            Open for another <strong className="numbers">{countdown(left)}</strong>. Press the button of the new device now.
          </span>
        </p>
      ) : (
        <p className={styles.quiet}>Open it, then press the button of the new device, or plug it in.</p>
      )}
      {from !== null && <Newcomers gateway={gateway} from={from} />}
      {open.error && <p role="alert">{open.error.message}</p>}
      <div className={styles.buttons}>
        <Button size="md" loading={open.isPending} onClick={() => ask(window)}>
          {left > 0 ? 'Stay open longer' : `Let devices in for ${countdown(window * 1000)} minutes`}
        </Button>
        {left > 0 && (
          <Button size="md" variant="default" onClick={() => ask(0)}>
            Close
          </Button>
        )}
      </div>
    </>
  )
}

/** The devices of the gateway that came since an instant. */
function Newcomers({ gateway, from }: { gateway: Gateway; from: number }) {
  const { picture } = useScene()
  const came = [...picture.devices.values()].filter((d) => d.gateway === gateway.id && Date.parse(d.since) >= from)
  return (
    <p role="status" className={came.length > 0 ? styles.came : styles.quiet}>
      {came.length > 0 ? `Came in: ${came.map((device) => device.name).join(', ')}` : 'Nobody came in yet.'}
    </p>
  )
}

function Code({ gateway, radio }: { gateway: Gateway; radio: OpenRadio }) {
  const { home } = useStage()
  const commission = useCommission(home, gateway.id)
  const [code, setCode] = useState('')
  const runs = radio.joining === 'running'
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (code.trim()) commission.mutate({ radio: radio.radio, code: code.trim() }, { onSuccess: () => setCode('') })
  }
  return (
    <form className={styles.code} onSubmit={submit}>
      <TextInput
        size="md"
        className={styles.grow}
        label="Code of the device"
        description="Eleven digits on the device or in its manual, or the text of its QR code (MT:…)"
        value={code}
        maxLength={512}
        autoComplete="off"
        inputMode="text"
        error={commission.error?.message}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" size="md" loading={commission.isPending || runs} disabled={!code.trim()}>
        Let it in
      </Button>
      {radio.joining !== '' && (
        <p role="status" className={radio.joining === 'failed' ? styles.bad : radio.joining === 'joined' ? styles.came : styles.quiet}>
          {runs && 'The device is joining. This may take a minute.'}
          {radio.joining === 'joined' && 'The device is in.'}
          {radio.joining === 'failed' && `It did not join: ${radio.problem}`}
        </p>
      )}
    </form>
  )
}
