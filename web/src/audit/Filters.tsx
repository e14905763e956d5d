import { Button } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { AuditEntry } from '../api/types'
import { type AuditLanguage, type AuditQuestion, everything } from '../data/audit'
import { useMembers } from '../data/people'
import { useScene } from '../data/Scene'
import { auditKinds, auditLanguages, auditOutcomes } from '../words/audit'
import styles from './Audit.module.css'

interface FiltersProps {
  question: AuditQuestion
  onChange: (question: AuditQuestion) => void
  everyone: boolean
}

/** What is looked for. On a phone all but the words are folded away. */
export function Filters({ question, onChange, everyone }: FiltersProps) {
  const { picture } = useScene()
  const [open, setOpen] = useState(false)
  const set = (part: Partial<AuditQuestion>) => onChange({ ...question, ...part })
  const chosen = Object.entries(question).filter(([name, value]) => name !== 'text' && value !== '').length
  const devices = [...picture.devices.values()].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <form className={styles.filters} role="search" aria-label="Who did what" onSubmit={(event) => event.preventDefault()}>
      <label className={styles.search}>
        <span>Search</span>
        <input type="search" maxLength={200} value={question.text} placeholder="Words, such as a name" onChange={(e) => set({ text: e.currentTarget.value })} />
      </label>
      <Button variant="default" className={styles.fold} aria-expanded={open} leftSection={<IconFilter size={18} aria-hidden />} onClick={() => setOpen(!open)}>
        {chosen > 0 ? `Filters (${chosen})` : 'Filters'}
      </Button>
      <div className={styles.choices} data-open={open || undefined}>
        {everyone && <People question={question} set={set} />}
        <Choice label="Device" value={question.device} onChange={(device) => set({ device })} all="Any">
          {devices.map((device) => <option key={device.id} value={device.id}>{device.name}</option>)}
        </Choice>
        <Choice label="What" value={question.kind} onChange={(kind) => set({ kind: kind as AuditEntry['kind'] | '' })} all="Everything">
          {Object.entries(auditKinds).map(([kind, words]) => <option key={kind} value={kind}>{words}</option>)}
        </Choice>
        <Choice label="Outcome" value={question.outcome} onChange={(outcome) => set({ outcome: outcome as AuditEntry['outcome'] | '' })} all="Any">
          {Object.entries(auditOutcomes).map(([outcome, words]) => <option key={outcome} value={outcome}>{words}</option>)}
        </Choice>
        <Moment label="From" value={question.from} onChange={(from) => set({ from })} />
        <Moment label="Until" value={question.to} onChange={(to) => set({ to })} />
        <Choice label="Told in" value={question.language} onChange={(language) => set({ language: language as AuditLanguage | '' })} all="My browser’s language">
          {Object.entries(auditLanguages).map(([language, name]) => <option key={language} value={language} lang={language}>{name}</option>)}
        </Choice>
        {(chosen > 0 || question.text) && <Button variant="subtle" onClick={() => onChange(everything)}>Show all</Button>}
      </div>
    </form>
  )
}

function People({ question, set }: { question: AuditQuestion; set: (part: Partial<AuditQuestion>) => void }) {
  const members = useMembers(useScene().picture.home.id).data ?? []
  return (
    <Choice label="Person" value={question.person} onChange={(person) => set({ person })} all="Everybody">
      {members.map(({ person }) => <option key={person.id} value={person.id}>{person.name}</option>)}
    </Choice>
  )
}

interface ChoiceProps {
  label: string
  value: string
  onChange: (value: string) => void
  all: string
  children: ReactNode
}

function Choice({ label, value, onChange, all, children }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{all}</option>
        {children}
      </select>
    </label>
  )
}

/** A time as the browser asks for it, kept as an instant. */
function Moment({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState('')
  return (
    <label>
      <span>{label}</span>
      <input
        type="datetime-local" value={value === '' ? '' : text}
        onChange={(event) => {
          const typed = event.currentTarget.value
          const at = Date.parse(typed)
          setText(typed)
          onChange(Number.isNaN(at) ? '' : new Date(at).toISOString())
        }}
      />
    </label>
  )
}
