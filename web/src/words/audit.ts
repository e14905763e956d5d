import type { AuditEntry } from '../api/types'
import type { AuditLanguage } from '../data/audit'

/** What entries belong to, for whoever chooses among them. */
export const auditKinds: Record<AuditEntry['kind'], string> = {
  command: 'Asked of devices',
  home: 'Home, rooms and devices',
  rule: 'Rules',
  member: 'People',
  gateway: 'Gateways',
  look: 'Looks at others',
  door: 'Sign-ins and refusals',
}

/** What came of something. */
export const auditOutcomes: Record<AuditEntry['outcome'], string> = {
  done: 'Done',
  open: 'Not decided yet',
  refused: 'Refused',
  failed: 'Not done',
  withdrawn: 'Withdrawn',
  unknown: 'Nobody knows',
}

/** The languages the sentences can be told in, each by its own name. */
export const auditLanguages: Record<AuditLanguage, string> = { en: 'English', de: 'Deutsch' }
