import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { api, ifMatch, must, newKey } from '../api/client'
import type { Event, Fault, Rule, RuleDocument } from '../api/types'
import { keys } from './keys'

/** How long the typing must rest before a draft is checked, in milliseconds. */
const checkAfter = 300

/** Reads again what an event may have changed about rules, scenes, modes and incidents. */
export function refreshAutomation(queries: QueryClient, home: string, events: readonly Event[]): void {
  const touched = (...families: string[]) => events.some((event) => families.some((family) => event.type.startsWith(family)))
  const again = (key: readonly unknown[]) => void queries.invalidateQueries({ queryKey: key })
  if (touched('rule.edited', 'rule.renamed', 'scene.edited', 'scene.renamed', 'mode.')) again(keys.names(home))
  if (touched('rule.')) again(keys.rules(home))
  if (touched('test.')) again(keys.tests(home))
  if (touched('incident.')) again(keys.incidents(home))
  if (touched('scene.')) again(keys.scenes(home))
  if (touched('home.mode', 'home.located', 'mode.', 'member.', 'policy.')) again(keys.modes(home))
}

/** The rules of the home, the oldest first. */
export function useRules(home: string) {
  return useQuery({
    queryKey: keys.rules(home),
    queryFn: async () => (await must(api.GET('/homes/{home}/rules', { params: { path: { home } } }))).items as Rule[],
  })
}

/** The versions of a rule, the newest first. */
export function useVersions(home: string, rule: Rule) {
  return useQuery({
    queryKey: keys.versions(home, rule.id, rule.version),
    queryFn: async () => {
      const params = { path: { home, rule: rule.id } }
      return (await must(api.GET('/homes/{home}/rules/{rule}/versions', { params }))).items
    },
  })
}

/** Why a rule fired, or did not, for an event. */
export function useExplanation(home: string, rule: string, seq: number | null) {
  return useQuery({
    queryKey: keys.explanation(home, rule, seq ?? 0),
    queryFn: () => must(api.GET('/homes/{home}/rules/{rule}/explain', { params: { path: { home, rule }, query: { seq: seq ?? 0 } } })),
    enabled: rule !== '' && seq !== null,
    staleTime: Infinity,
  })
}

/** A rule as it is written, before it is saved. */
export interface Draft {
  /** The rule it is a version of; undefined for a new one. */
  rule?: string
  document: RuleDocument
  grants: string[]
}

const noFaults: Fault[] = []

/** What is wrong with a draft, asked of the server once the typing rests. */
export function useCheckup(home: string, draft: Draft) {
  const [settled] = useDebouncedValue(draft, checkAfter)
  const query = useQuery({
    queryKey: keys.checkup(home, settled),
    queryFn: () =>
      must(
        api.POST('/homes/{home}/rules/check', {
          params: { path: { home }, header: { 'Idempotency-Key': newKey() } },
          body: settled,
        }),
      ),
    placeholderData: (before) => before,
    staleTime: 10_000,
  })
  return { faults: query.data?.faults ?? noFaults, checked: query.isSuccess && settled === draft && !query.isPlaceholderData }
}

function useRuleChange<Input, Output>(home: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.rules(home) }),
  })
}

/** Makes a rule. */
export function useAddRule(home: string) {
  return useRuleChange(home, (body: { name: string; document: RuleDocument; grants: string[] }) =>
    must(api.POST('/homes/{home}/rules', { params: { path: { home }, header: { 'Idempotency-Key': newKey() } }, body })),
  )
}

/** What is to be different about a rule. */
export interface RuleEdit {
  name?: string
  document?: RuleDocument
  revert?: number
  grants?: string[]
  enabled?: boolean
}

/** Changes a rule. */
export function useChangeRule(home: string) {
  return useRuleChange(home, ({ rule, change }: { rule: Rule; change: RuleEdit }) =>
    must(
      api.PATCH('/homes/{home}/rules/{rule}', {
        params: { path: { home, rule: rule.id }, header: ifMatch(rule.revision) },
        body: change,
      }),
    ),
  )
}

/** Makes a rule with the same document, turned off. */
export function useCopyRule(home: string) {
  return useRuleChange(home, ({ rule, name }: { rule: Rule; name: string }) =>
    must(
      api.POST('/homes/{home}/rules/{rule}/copies', {
        params: { path: { home, rule: rule.id }, header: { 'Idempotency-Key': newKey() } },
        body: { name },
      }),
    ),
  )
}

/** Removes a rule; what it did stays in the timeline. */
export function useRemoveRule(home: string) {
  return useRuleChange(home, (rule: Rule) =>
    must(api.DELETE('/homes/{home}/rules/{rule}', { params: { path: { home, rule: rule.id }, header: ifMatch(rule.revision) } })),
  )
}
