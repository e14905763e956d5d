import { Button } from '@mantine/core'
import type { Rule, RuleDocument } from '../api/types'
import { useChangeRule, useVersions } from '../data/rules'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { When } from '../parts/Age'
import { ruleWords } from '../words/rules'
import styles from './Editor.module.css'
import { opened } from './options'
import { useScenes } from '../data/scenes'
import { useThings } from './useThings'

interface VersionsProps {
  rule: Rule
  /** What stands in the editor. */
  shown: RuleDocument
  /** Puts an old version into the editor, where it is looked at, tried and saved. */
  onLook: (document: RuleDocument) => void
}

/** What the rule was before: any of it can be looked at and brought back. */
export function Versions({ rule, shown, onLook }: VersionsProps) {
  const { home } = useScene()
  const things = useThings()
  const scenes = useScenes(home).data ?? []
  const versions = useVersions(home, rule).data ?? []
  const change = useChangeRule(home)
  const back = (version: number) => change.mutate({ rule, change: { revert: version } })
  // What opens a home needs an owner's leave anew, which the editor asks for.
  const closed = (document: RuleDocument) => opened(document.actions, things, scenes).length === 0
  const before = versions[1]
  if (versions.length < 2) return null
  return (
    <Card
      title="Versions"
      action={before && closed(before.document) && <Button variant="default" loading={change.isPending} onClick={() => back(before.version)}>Undo the last change</Button>}
    >
      {change.error && <p role="alert" className={styles.fault}>{change.error.message}</p>}
      <ol className={styles.versions}>
        {versions.map(({ version, at, document }) => {
          const present = version === rule.version
          return (
            <li key={version}>
              <div>
                <strong><When at={at} />{present ? ', the present one' : document === shown && ', in the editor'}</strong>
                <p>{ruleWords(document, things)}.</p>
              </div>
              <div className={styles.turns}>
                {document !== shown && !(present && shown === rule.document) && (
                  <Button variant="subtle" onClick={() => onLook(present ? rule.document : document)}>Look at it</Button>
                )}
                {!present && closed(document) && <Button variant="subtle" disabled={change.isPending} onClick={() => back(version)}>Go back to it</Button>}
              </div>
            </li>
          )
        })}
      </ol>
    </Card>
  )
}
