import type { Event, NoticeKind, Schemas, Webhook } from '../api/types'
import type { Hearing } from '../data/push'

/** What a person can be told of. */
export const noticeWords: Record<NoticeKind, string> = {
  not_confirmed: 'A lock or valve did not confirm that it is secured',
  rule: 'A rule has something to tell me',
  cut: 'A rule was held back',
  gateway_lost: 'A gateway has been away for five minutes',
  key_ending: 'A gateway’s key ends soon',
  webhook_stopped: 'A webhook was switched off',
}

/** The ways to be told. */
export const channelWords = { choice: 'E-mail', push: 'Browsers', webhook: 'Webhook' } as const

export const choiceWords: Record<Schemas['NoticeRule']['choice'], string> = {
  always: 'At any time', quiet: 'Can wait', off: 'Never',
}

/** Why this browser cannot be told, and what helps. */
export const hearingWords: Record<Exclude<Hearing, 'can'>, string> = {
  refused: 'This browser refuses notifications from here. Allow them in its settings for this site (beside the address), then load the page again.',
  insecure: 'Browsers are told only over HTTPS, or on the very computer that Logis runs on.',
  'to-install': 'On an iPhone or iPad, first add Logis to the home screen (Share → Add to Home Screen), and open it from there.',
  cannot: 'This browser cannot be told while the page is closed.',
}

/** How a webhook of one's own fares. */
export function ownStandingWords({ ended_at, failures, problem, delivered_at }: Schemas['OwnWebhook']): string {
  const why = problem === null ? '' : `: ${problemWords(problem)}`
  if (ended_at !== null) return `Switched off, as it took nothing any more${why}. Give its address again to switch it on`
  if (failures > 0) return `Did not take ${failures === 1 ? 'the last message' : `${failures} messages in a row`}${why}`
  return delivered_at === null ? 'Waits for something to happen' : 'Works'
}

/** What a webhook can be told of, by the first word of the events' types. */
export const topicWords: Record<string, string> = {
  device: 'What devices report',
  command: 'What is asked of them, and what came of it',
  rule: 'What rules do',
  member: 'Who comes, goes and belongs to the home',
  gateway: 'How gateways fare',
}

const problems: Record<string, string> = {
  not_public: 'its name leads to an address inside a private network',
  timed_out: 'it took longer than ten seconds',
  certificate: 'it could not prove who it is',
  unreachable: 'it could not be reached',
  gone: 'it says that it is gone for good',
}

/** Why a webhook did not take a message. */
export function problemWords(problem: string): string {
  const status = /^status (\d+)$/.exec(problem)
  return problems[problem] ?? (status ? `it answered ${status[1] ?? ''}` : 'it did not take the message')
}

/** How a webhook fares. */
export function standingWords({ stopped, failures, problem, delivered_at }: Webhook): string {
  const why = problem === null ? '' : `: ${problemWords(problem)}`
  switch (stopped) {
    case 'asked': return 'Switched off'
    case 'gone': return 'Switched off: it says that it is gone for good'
    case 'failing': return `Switched off after ${failures} attempts${why}`
    case null: break
  }
  if (failures > 0) return `Did not take ${failures === 1 ? 'the last message' : `${failures} attempts in a row`}${why}. It is tried again`
  return delivered_at === null ? 'Waits for something to happen' : 'Works'
}

function count({ data }: Event): string {
  const named = Array.isArray(data.notices) ? data.notices.length : 0
  const all = named + (typeof data.more === 'number' ? data.more : 0)
  return all === 1 ? 'what happened' : `${all} things that happened`
}

/** What happened to webhooks and was told to people, said of whoever did it. */
export const deliveryWords: Record<string, (event: Event, who: string) => string> = {
  'webhook.edited': ({ words }, who) => (words ? `${who} set up the webhook “${words}”` : `${who} changed a webhook`),
  'webhook.renamed': ({ words }, who) => `${who} named a webhook ${words ? `“${words}”` : 'anew'}`,
  'webhook.started': (_, who) => `${who} switched a webhook on`,
  'webhook.stopped': ({ data }, who) =>
    data.reason === 'asked' ? `${who} switched a webhook off` : 'A webhook took nothing any more and was switched off',
  'webhook.removed': (_, who) => `${who} removed a webhook`,
  'webhook.called': (_, who) => `${who} called a webhook`,
  'notification.sent': (event) => `A member was told of ${count(event)}`,
  'notification.failed': (event) => `A member could not be told of ${count(event)}`,
}
