import { Skeleton } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import type { RuleDocument } from '../api/types'
import { keys } from '../data/keys'
import { useHistory } from '../data/history'
import { useRules } from '../data/rules'
import { useScene } from '../data/Scene'
import { CutOff } from '../frame/Banners'
import { Undo } from '../wayback/WayBack'
import { Editor } from './Editor'
import styles from './Editor.module.css'
import { Facts } from './RuleRow'

const blank: RuleDocument = { triggers: [], actions: [] }

/** A rule to be made: empty, or from a suggestion. */
export function NewRulePage() {
  const { home, picture } = useScene()
  const queries = useQueryClient()
  const [first] = useState(() => queries.getQueryData<RuleDocument>(keys.draft(home)) ?? blank)
  const begun = useCallback(() => queries.removeQueries({ queryKey: keys.draft(home) }), [queries, home])
  return (
    <>
      <title>{`New rule – ${picture.home.name}`}</title>
      <Back home={home} />
      <h1>New rule</h1>
      <Editor document={first} begun={begun} />
    </>
  )
}

/** One rule: its sentence, how it fares, its versions. */
export function RulePage() {
  const { rule: id } = useParams({ from: '/gate/homes/$home/rules/$rule' })
  const { around = null } = useSearch({ from: '/gate/homes/$home/rules/$rule' })
  const { home, picture } = useScene()
  const rules = useRules(home)
  const rule = rules.data?.find((item) => item.id === id)
  return (
    <>
      <title>{`${rule?.name ?? 'Rule'} – ${picture.home.name}`}</title>
      <Back home={home} />
      {rule ? (
        <>
          <h1>{rule.name}</h1>
          <Facts rule={rule} />
          <Editor key={`${rule.id} ${rule.version}`} rule={rule} document={rule.document} around={around} />
        </>
      ) : rules.isPending ? (
        <Skeleton height={320} radius="lg" />
      ) : (
        <Gone home={home} rule={id} />
      )}
    </>
  )
}

/** A rule that was removed, and the way back. */
function Gone({ home, rule }: { home: string; rule: string }) {
  const removed = useHistory(home, rule).data?.find(({ type }) => type === 'rule.removed')
  return (
    <>
      <h1>This rule is not here any more</h1>
      <p>It was removed. What it did is still in the timeline.</p>
      {removed && <Undo seq={removed.seq} />}
    </>
  )
}

function Back({ home }: { home: string }) {
  return (
    <>
      <CutOff />
      <Link className={styles.back} to="/homes/$home/rules" params={{ home }}>
        <IconArrowLeft size={18} aria-hidden /> Rules
      </Link>
    </>
  )
}
