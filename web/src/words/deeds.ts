import type { Event } from '../api/types'
import type { Teller } from './events'
import { keepWords } from './storage'

type Tell = (event: Event, teller: Teller) => string

/** What looks at the past, and what people made of it, are told as. */
export function deedTellers(who: Tell, name: (event: Event) => string): Record<string, Tell> {
  return {
    'history.viewed': (e, t) => `${who(e, t)} ${e.data.exported === true ? 'took along' : 'looked at'} what ${whose(e, t)} did`,
    'home.put_back': (e, t) => `${who(e, t)} put the home back as it was after event ${Number(e.data.to).toLocaleString('en')}`,
    'home.retention_set': (e, t) => `${who(e, t)} had the history kept ${keepWords(Number(e.data.months))}`,
    'home.range_sealed': (e) => `The events up to ${Number(e.data.up_to).toLocaleString('en')} were sealed: they are old enough to go`,
    'incident.marked': (e, t) => `${who(e, t)} marked the incident ${name(e)}`,
    'incident.shared': (e, t) => `${who(e, t)} shared an incident by a link`,
    'incident.unshared': (e, t) => `${who(e, t)} ended the links of an incident`,
    'incident.removed': (e, t) => `${who(e, t)} removed an incident`,
  }
}

function whose(event: Event, { picture, me }: Teller): string {
  if (event.entity === picture.home.id) return 'everybody'
  return event.entity === me?.person.id ? 'you' : 'another person'
}
