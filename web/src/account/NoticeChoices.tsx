import { Button, TextInput } from '@mantine/core'
import type { Schemas } from '../api/types'
import { useChooseNotifications } from '../data/notifications'
import { channelWords, choiceWords, noticeWords } from '../words/delivery'
import styles from './Account.module.css'
import table from './NoticeChoices.module.css'

type Notifications = Schemas['Notifications']
type Choice = Schemas['NoticeRule']['choice']
type Channel = keyof typeof channelWords

const night = { from: 22 * 60, to: 7 * 60 }
const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

/** The ways in which the person can be told, as things are. */
function channelsOf({ active, browsers, webhook }: Notifications): Channel[] {
  const there: [Channel, boolean][] = [['choice', active], ['push', browsers.length > 0], ['webhook', webhook !== null && webhook.ended_at === null]]
  return there.filter(([, usable]) => usable).map(([channel]) => channel)
}

/** What the person is told of, by which way, and when it waits. */
export function NoticeChoices({ of }: { of: Notifications }) {
  const choose = useChooseNotifications()
  const channels = channelsOf(of)
  if (channels.length === 0) return null
  const change = (next: Partial<Schemas['NotificationChange']>) =>
    choose.mutate({ quiet: of.quiet ?? undefined, kinds: of.kinds, ...next })
  const quiet = of.quiet
  return (
    <section aria-label="What you are told" className={styles.form}>
      <h3>What you are told</h3>
      <table className={table.choices}>
        <thead>
          <tr>
            <th scope="col">When</th>
            {channels.map((channel) => <th key={channel} scope="col">{channelWords[channel]}</th>)}
          </tr>
        </thead>
        <tbody>
          {of.kinds.map((rule) => (
            <tr key={rule.kind}>
              <th scope="row">{noticeWords[rule.kind]}</th>
              {channels.map((channel) => (
                <td key={channel}>
                  <span aria-hidden>{channelWords[channel]}</span>
                  <select
                    aria-label={`${noticeWords[rule.kind]}: ${channelWords[channel]}`} value={rule[channel]} disabled={choose.isPending}
                    onChange={(event) => {
                      const chosen = event.currentTarget.value as Choice
                      change({ kinds: of.kinds.map((other) => (other.kind === rule.kind ? { ...other, [channel]: chosen } : other)) })
                    }}
                  >
                    {Object.entries(choiceWords).map(([value, words]) => <option key={value} value={value}>{words}</option>)}
                  </select>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {quiet ? (
        <div className={styles.line}>
          <TextInput
            key={`from${quiet.from}`} label="Quiet from" type="time" defaultValue={clock(quiet.from)}
            onBlur={(event) => { if (event.currentTarget.value) change({ quiet: { ...quiet, from: minuteOf(event.currentTarget.value) } }) }}
          />
          <TextInput
            key={`to${quiet.to}`} label="to" type="time" defaultValue={clock(quiet.to)}
            onBlur={(event) => { if (event.currentTarget.value) change({ quiet: { ...quiet, to: minuteOf(event.currentTarget.value) } }) }}
          />
          <Button variant="default" onClick={() => change({ quiet: undefined })}>No quiet hours</Button>
        </div>
      ) : (
        <div><Button variant="default" loading={choose.isPending} onClick={() => change({ quiet: night })}>Set quiet hours</Button></div>
      )}
      <p className={styles.quiet}>
        What can wait is told when quiet hours end, by the clocks of each home, and together. Many at once come as one message.
      </p>
      {choose.error && <p role="alert">{choose.error.message}</p>}
    </section>
  )
}
