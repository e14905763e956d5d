import { Button } from '@mantine/core'
import type { Rule } from '../api/types'
import { useChangeRule, useVersions } from '../data/rules'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { When } from '../parts/Age'
import { ruleWords } from '../words/rules'
import styles from './Editor.module.css'
import { opened } from './options'
import { useScenes } from '../data/scenes'
import { useThings } from './useThings'

/** What the rule was before, and the way back to any of it. */
export function Versions({ rule }: { rule: Rule }) {
  const { home } = useScene()
  const things = useThings()
  const scenes = useScenes(home).data ?? []
  const versions = useVersions(home, rule).data ?? []
  const change = useChangeRule(home)
  const back = (version: number) => change.mutate({ rule, change: { revert: version } })
  const before = versions[1]
  if (versions.length < 2) return null
  return (
    <Card
      title="Versions"
      action={before && <Button variant="default" loading={change.isPending} onClick={() => back(before.version)}>Undo the last change</Button>}
    >
      {change.error && <p role="alert" className={styles.fault}>{change.error.message}</p>}
      <ol className={styles.versions}>
        {versions.map(({ version, at, document }) => (
          <li key={version}>
            <div>
              <strong><When at={at} />{version === rule.version && ', the present one'}</strong>
              <p>{ruleWords(document, things)}.</p>
            </div>
            {version !== rule.version && opened(document.actions, things, scenes).length === 0 && (
              <Button variant="subtle" disabled={change.isPending} onClick={() => back(version)}>Go back to it</Button>
            )}
          </li>
        ))}
      </ol>
    </Card>
  )
}
