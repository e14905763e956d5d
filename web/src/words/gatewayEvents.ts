import type { Event } from '../api/types'
import { dayKey, span } from './ages'
import type { Teller } from './events'
import { ruleCount } from './rules'

type Tell = (event: Event, teller: Teller) => string

const text = (value: unknown) => (typeof value === 'string' ? value : '')
const number = (value: unknown) => (typeof value === 'number' ? value : 0)

export const gatewayName: Tell = (event, { picture }) => picture.gateways.get(event.entity)?.name ?? 'A gateway'
const endOf: Tell = (event, { picture }) => dayKey(number(event.data.ends_ms), picture.home.time_zone)

/** What happened to the boxes at home. */
export function gatewayTellers(who: Tell): Record<string, Tell> {
  return {
    'gateway.enrolled': (e, t) => `${gatewayName(e, t)} joined the home`,
    'gateway.connected': (e, t) => `${gatewayName(e, t)} connected`,
    'gateway.disconnected': (e, t) => `${gatewayName(e, t)} went away`,
    'gateway.refused': (e, t) => `${who(e, t)} sent a gateway away whose letters were others`,
    'gateway.key_certified': (e, t) => `${gatewayName(e, t)} has a key that is good until ${endOf(e, t)}`,
    'gateway.suspended': (e, t) => `${gatewayName(e, t)} is suspended: two machines used its key`,
    'gateway.claim_exhausted': () => 'Somebody guessed at the code of a new gateway; the code is worth nothing now',
    'gateway.revoked': (e, t) => `${who(e, t)} turned out ${gatewayName(e, t)}`,
    'gateway.clock_stepped': (e, t) => `The clock of Logis or of ${gatewayName(e, t)} was set`,
    'gateway.rules_offered': (e, t) => `${gatewayName(e, t)} was asked to run ${ruleCount(e.data.rules)}`,
    'gateway.rules_taken': (e, t) =>
      e.data.refused ? `${gatewayName(e, t)} could not take new rules` : `${gatewayName(e, t)} runs ${ruleCount(e.data.rules)} by itself`,
    'gateway.gap_recorded': (e, t) => `${gatewayName(e, t)} was away too long: ${number(e.data.count)} reports are lost`,
    'gateway.entry_refused': (e, t) => `${gatewayName(e, t)} said something nobody could understand`,
    'gateway.configured': (e, t) => `${who(e, t)} changed the settings of ${gatewayName(e, t)}`,
    'gateway.configuration_applied': (e, t) => `${gatewayName(e, t)} works with its new settings`,
    'gateway.configuration_rolled_back': (e, t) => `${gatewayName(e, t)} went back to its former settings: ${text(e.data.reason)}`,
    'gateway.pairing_opened': (e, t) => `${who(e, t)} opened ${text(e.data.radio)} to new devices for ${span(number(e.data.seconds) * 1000)}`,
    'gateway.pairing_closed': (e, t) => `${who(e, t)} closed ${text(e.data.radio)} to new devices`,
    'gateway.commissioning_begun': (e, t) => `${who(e, t)} gave ${gatewayName(e, t)} the code of a new device`,
    'gateway.client_ended': (e, t) => `${who(e, t)} ended a local client of ${gatewayName(e, t)}`,
  }
}
