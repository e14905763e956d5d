import { ActionIcon, Checkbox, Switch } from '@mantine/core'
import { IconCloud, IconCopy, IconHome2 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Rule } from '../api/types'
import { useHistory } from '../data/history'
import { useChangeRule, useCopyRule } from '../data/rules'
import { useScene } from '../data/Scene'
import { useScenes } from '../data/scenes'
import { Age, When } from '../parts/Age'
import { longestName } from '../parts/NameForm'
import { ruleWords } from '../words/rules'
import { healthOf, placeWords } from './health'
import styles from './Rules.module.css'
import { useThings } from './useThings'

interface RuleRowProps {
  rule: Rule
  chosen: boolean
  onChoose: (on: boolean) => void
}

/** A rule in the list: what it does, how it fares, where it runs, and its switch. */
export function RuleRow({ rule, chosen, onChoose }: RuleRowProps) {
  const { home } = useScene()
  const things = useThings()
  const change = useChangeRule(home)
  const copy = useCopyRule(home)
  const error = change.error ?? copy.error
  return (
    <li className={styles.rule} data-off={!rule.enabled || undefined}>
      <article aria-label={rule.name}>
        <Checkbox radius="xs" className={styles.choose} aria-label={`Choose ${rule.name}`} checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} />
        <div className={styles.what}>
          <h2>
            <Link to="/homes/$home/rules/$rule" params={{ home, rule: rule.id }}>{rule.name}</Link>
          </h2>
          <p>{ruleWords(rule.document, things)}.</p>
          <Facts rule={rule} />
          {error && <p role="alert" className={styles.alert}>{error.message}</p>}
        </div>
        <div className={styles.tools}>
          <ActionIcon
            variant="subtle"
            size={40}
            radius="xl"
            aria-label={`Duplicate ${rule.name}`}
            loading={copy.isPending}
            onClick={() => copy.mutate({ rule, name: `${rule.name.slice(0, longestName - 7)} (copy)` })}
          >
            <IconCopy size={18} aria-hidden />
          </ActionIcon>
          <Switch
            size="md"
            aria-label={`${rule.name} is on`}
            checked={rule.enabled && !rule.stopped}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ rule, change: { enabled: event.currentTarget.checked } })}
          />
        </div>
      </article>
    </li>
  )
}

/** How a rule fares, when it fired, when it will, and where it runs. */
export function Facts({ rule }: { rule: Rule }) {
  const { home, picture } = useScene()
  const things = useThings()
  const scenes = useScenes(home).data ?? []
  const health = healthOf(rule, things, scenes, picture.twins)
  return (
    <p className={styles.facts}>
      <span className={styles.health} data-tone={health.tone}>{health.words}</span>
      {rule.stopped && <Cut rule={rule} />}
      {rule.fired && (
        <Link to="/homes/$home/timeline" params={{ home }} search={{ seq: rule.fired.seq }}>
          fired <Age at={rule.fired.at} />
        </Link>
      )}
      {rule.next && rule.enabled && <span>next <When at={rule.next} /></span>}
      <span className={styles.placed}>
        {rule.gateway !== null ? <IconHome2 size={15} aria-hidden /> : <IconCloud size={15} aria-hidden />}
        {placeWords(rule, things)}
      </span>
    </p>
  )
}

/** With which rule it went round in a circle. */
function Cut({ rule }: { rule: Rule }) {
  const { home } = useScene()
  const things = useThings()
  const cut = useHistory(home, rule.id).data?.find(({ type }) => type === 'rule.cut')
  const other = things.rules.find(({ id }) => id === cut?.data.other)
  if (!cut) return null
  return (
    <Link to="/homes/$home/timeline" params={{ home }} search={{ seq: cut.seq }}>
      {other && other.id !== rule.id ? `together with “${other.name}”` : 'by itself'}, <Age at={cut.recorded_at} />
    </Link>
  )
}
