import { Button, NativeSelect, Switch, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import type { Configuration, Gateway, Settings } from '../api/types'
import { useConfigure } from '../data/arrange'
import { useRadios } from '../data/fleet'
import { useStage } from '../data/Scene'
import { When } from '../parts/Age'
import { Card } from '../parts/Card'
import styles from './Gateways.module.css'

const levels = [
  { value: '', label: 'As the gateway says itself' },
  { value: 'debug', label: 'Everything, for looking closely' },
  { value: 'info', label: 'What happens' },
  { value: 'warn', label: 'What should be known' },
  { value: 'error', label: 'What went wrong only' },
]

/** The most that may wait for Logis on a gateway, in MiB. */
const mostMiB = 4096

/** What the gateway should work with, and how far that came. */
export function ConfigurationCard({ gateway }: { gateway: Gateway }) {
  const { home } = useStage()
  const { configuration } = gateway
  const configure = useConfigure(home)
  const radios = useRadios(home, gateway)
  const [level, setLevel] = useState<Settings['log_level']>(configuration.wanted.log_level)
  const [room, setRoom] = useState(configuration.wanted.outbox_mib === 0 ? '' : String(configuration.wanted.outbox_mib))
  const [off, setOff] = useState<readonly string[]>(configuration.wanted.radios_off)
  const names = [...new Set([...(radios.data ?? []).map((radio) => radio.radio), ...configuration.wanted.radios_off])].sort()
  const mib = room.trim() === '' ? 0 : Number(room)
  const wrong = !Number.isInteger(mib) || mib < 0 || mib > mostMiB
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!wrong) configure.mutate({ gateway, settings: { log_level: level, outbox_mib: mib, radios_off: [...off].sort() } })
  }
  return (
    <Card title="Settings">
      <How configuration={configuration} connected={gateway.connected} />
      <form className={styles.settings} onSubmit={submit}>
        <NativeSelect
          size="md"
          label="What it writes into its log"
          data={levels}
          value={level}
          onChange={(event) => setLevel(event.currentTarget.value as Settings['log_level'])}
        />
        <TextInput
          size="md"
          label="Room for what waits while Logis is out of reach, in MiB"
          description="Empty: as the gateway says itself"
          inputMode="numeric"
          value={room}
          error={wrong ? `A whole number up to ${mostMiB}` : undefined}
          onChange={(event) => setRoom(event.currentTarget.value)}
        />
        {names.map((name) => (
          <Switch
            key={name}
            size="md"
            label={`Radio ${name}`}
            description={off.includes(name) ? 'Off: its devices cannot be reached' : 'On'}
            checked={!off.includes(name)}
            onChange={(event) => setOff(event.currentTarget.checked ? off.filter((one) => one !== name) : [...off, name])}
          />
        ))}
        {configure.error && <p role="alert">{configure.error.message}</p>}
        <div>
          <Button type="submit" size="md" loading={configure.isPending} disabled={wrong}>
            {configuration.state === 'rolled_back' ? 'Try again' : 'Save'}
          </Button>
        </div>
      </form>
    </Card>
  )
}

/** How far the wanted settings came: asked, applied or rolled back. */
function How({ configuration, connected }: { configuration: Configuration; connected: boolean }) {
  const { state, since, reason } = configuration
  if (state === '' || since === null) return <p className={styles.quiet}>The gateway works with its own settings.</p>
  const words = {
    asked: connected ? 'Asked. The gateway tries it for half a minute ' : 'Asked. It is told when the gateway is back ',
    applied: 'The gateway works with this since ',
    rolled_back: 'Rolled back ',
  }
  return (
    <div className={styles.how} data-state={state} role="status">
      <ol className={styles.way} aria-label={`Settings: ${state.replace('_', ' ')}`}>
        <li data-done>Asked</li>
        <li data-done={state === 'applied' || undefined} data-bad={state === 'rolled_back' || undefined}>
          {state === 'rolled_back' ? 'Rolled back' : 'Applied'}
        </li>
      </ol>
      <p>
        {words[state]}
        {state === 'asked' ? <>(<When at={since} />).</> : <><When at={since} />.</>}
        {reason !== '' && ` The gateway went back to what worked before, because ${reason}.`}
      </p>
    </div>
  )
}
