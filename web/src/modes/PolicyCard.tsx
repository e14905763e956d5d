import { Button, NativeSelect } from '@mantine/core'
import { IconShieldLock } from '@tabler/icons-react'
import { type SyntheticEvent, useState } from 'react'
import type { Clause, Modes } from '../api/types'
import { useForbid } from '../data/modes'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { Trouble } from '../parts/Prove'
import { opens } from '../rules/options'
import { useThings } from '../rules/useThings'
import { clauseWords, forbiddenWords, heldWords } from '../words/policy'
import type { Things } from '../words/rules'
import styles from './Modes.module.css'

/** What no rule may ever do in this home, whoever wrote it; the gateway keeps to it too. */
export function PolicyCard({ modes }: { modes: Modes }) {
  const { home } = useScene()
  const things = useThings()
  const forbid = useForbid(home)
  const save = (clauses: Clause[]) => forbid.mutate({ modes, clauses })
  return (
    <Card title="What rules may never do">
      {modes.clauses.length === 0 && <p className={styles.quiet}>Nothing is forbidden. People can always do it themselves.</p>}
      <ul className={styles.list}>
        {modes.clauses.map((clause, i) => (
          <li key={JSON.stringify(clause)}>
            <span className={styles.clause}><IconShieldLock size={18} aria-hidden /> {clauseWords(clause, things)}</span>
            <Button variant="subtle" disabled={forbid.isPending} aria-label={`Allow it: ${clauseWords(clause, things)}`} onClick={() => save(modes.clauses.filter((_, j) => i !== j))}>
              Allow it
            </Button>
          </li>
        ))}
      </ul>
      <Forbid modes={modes} busy={forbid.isPending} onForbid={(clause) => save([...modes.clauses, clause])} />
      <Trouble error={forbid.error} again={() => forbid.variables && forbid.mutate({ ...forbid.variables, modes })} />
    </Card>
  )
}

/** What can be forbidden: by what it does, and device by device. */
function whats({ picture }: Things): Clause[] {
  const devices = [...picture.devices.values()].sort((a, b) => a.name.localeCompare(b.name))
  const asked = devices.filter(({ affordances }) => Object.keys(affordances.actions).length > 0 || Object.values(affordances.properties).some((p) => !p.read_only))
  return [
    { classes: ['A'] },
    ...devices.filter(opens).map(({ id }) => ({ classes: ['A'], devices: [id] }) satisfies Clause),
    {},
    ...asked.map(({ id }) => ({ devices: [id] })),
  ]
}

/** When it can be forbidden. */
const whens = ({ modes }: Things): Clause[] => [...modes.map(({ mode }) => ({ modes: [mode] })).toSorted((a, b) => Number(b.modes[0] === 'away') - Number(a.modes[0] === 'away')), { unattended: true }, {}]

interface ForbidProps {
  modes: Modes
  busy: boolean
  onForbid: (clause: Clause) => void
}

function Forbid({ modes, busy, onForbid }: ForbidProps) {
  const things = useThings()
  const [what, setWhat] = useState(0)
  const [when, setWhen] = useState(0)
  const [somethings, times] = [whats(things), whens({ ...things, modes: modes.modes })]
  const clause: Clause = { ...somethings[what], ...times[when] }
  const held = modes.clauses.some((c) => clauseWords(c, things) === clauseWords(clause, things))
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onForbid(clause)
  }
  return (
    <form className={styles.forbid} onSubmit={submit}>
      <NativeSelect
        label="Rules never"
        size="md"
        value={what}
        data={somethings.map((c, i) => ({ value: String(i), label: forbiddenWords(c, things) }))}
        onChange={(event) => setWhat(Number(event.currentTarget.value))}
      />
      <NativeSelect
        label="When"
        size="md"
        value={when}
        data={times.map((c, i) => ({ value: String(i), label: heldWords(c, things) }))}
        onChange={(event) => setWhen(Number(event.currentTarget.value))}
      />
      <Button type="submit" size="md" loading={busy} disabled={held}>Forbid it</Button>
    </form>
  )
}
