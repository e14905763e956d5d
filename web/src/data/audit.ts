import { useInfiniteQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { Audit, AuditEntry } from '../api/types'
import { keys } from './keys'

/** What is asked of the audit; an empty text is no wish. */
export interface AuditQuestion {
  person: string
  device: string
  kind: AuditEntry['kind'] | ''
  outcome: AuditEntry['outcome'] | ''
  from: string
  to: string
  text: string
  /** The tongue of the sentences; empty: the browser's. */
  language: AuditLanguage | ''
}

export type AuditLanguage = 'en' | 'de'

export const everything: AuditQuestion = { person: '', device: '', kind: '', outcome: '', from: '', to: '', text: '', language: '' }

/** How many entries come with one answer. */
const page = 50

/** Who did what, newest first, page by page. */
export function useAudit(home: string, question: AuditQuestion) {
  return useInfiniteQuery({
    queryKey: keys.audit(home, question),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }): Promise<Audit> =>
      must(
        api.GET('/homes/{home}/audit', {
          params: { path: { home }, query: pageParam ? { cursor: pageParam, limit: page } : { ...wishes(question), limit: page } },
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
    // Reading on must not begin anew while somebody reads: what is new comes with the next look.
    staleTime: 60_000,
    refetchOnMount: 'always',
  })
}

function wishes(question: AuditQuestion) {
  const { kind, outcome, language, ...texts } = question
  const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
  return { ...given, ...(kind && { kind }), ...(outcome && { outcome }), ...(language && { language }) }
}

/** Where the answer to the exact question can be fetched as a file. */
export const auditFile = (home: string, query: string, format: string) => `/api/v1/homes/${home}/audit/export?format=${format}&${query}`
