import { Button, NativeSelect, Textarea } from '@mantine/core'
import { type ChangeEvent, useState } from 'react'
import type { Device, Rule, RuleDocument } from '../api/types'
import { useScene } from '../data/Scene'
import { Card } from '../parts/Card'
import { kindWords } from '../words/kinds'
import { deviceWords, type Things } from '../words/rules'
import { type Brought, fromFile, largestFile, type Placeholder, toFile, unshared, withDevices } from './file'
import type { fromHomeAssistant } from './homeassistant'
import styles from './Editor.module.css'
import { useThings } from './useThings'

interface ExchangeProps {
  rule?: Rule
  document: RuleDocument
  name: string
  onImport: (document: RuleDocument) => void
  onName: (name: string) => void
}

/** Out to a file for others, or in from one. */
export function Exchange({ rule, document, name, onImport, onName }: ExchangeProps) {
  const { picture } = useScene()
  const [open, setOpen] = useState(false)
  const without = unshared(document)
  const save = () => {
    const file = new Blob([toFile(name, document, picture.devices, (kind) => kindWords(kind).title)], { type: 'application/json' })
    const link = window.document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'rule'}.json`
    link.click()
    URL.revokeObjectURL(link.href)
  }
  if (!rule) {
    return open ? (
      <Card title="Bring a rule in">
        <BringIn onImport={onImport} onName={onName} done={() => setOpen(false)} />
      </Card>
    ) : (
      <Button className={styles.bring} variant="subtle" onClick={() => setOpen(true)}>Bring one in from a file or Home Assistant</Button>
    )
  }
  return (
    <Card title="Share it">
      <p className={styles.quiet}>
        A file for others: your devices become places to fill in.
        {without.length > 0 && ` Left out, because it means something only here: ${without.join(', ')}.`}
      </p>
      <Button variant="default" onClick={save}>Save as a file</Button>
    </Card>
  )
}

interface BringInProps {
  onImport: (document: RuleDocument) => void
  onName: (name: string) => void
  done: () => void
}

/** Reads a rule from text, asks which devices to take, and hands it to the editor. */
function BringIn({ onImport, onName, done }: BringInProps) {
  const things = useThings()
  const [words, setWords] = useState('')
  const [convert, setConvert] = useState<typeof fromHomeAssistant | null>(null)
  const [chosen, setChosen] = useState<Record<string, string>>({})
  const [tooLarge, setTooLarge] = useState(false)
  const device = (id: string): Device | undefined => things.picture.devices.get(chosen[id] ?? '')
  const brought = words.trim() === '' ? null : (fromFile(words) ?? convert?.(words, device) ?? null)
  const take = async (next: string) => {
    setChosen({})
    setWords(next)
    if (next.trim() !== '' && !fromFile(next)) {
      const module = await import('./homeassistant') // its reader is large, and seldom needed
      setConvert(() => module.fromHomeAssistant)
    }
  }
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0]
    if (!file) return
    setTooLarge(file.size > largestFile)
    await take(file.size > largestFile ? '' : await file.text())
  }
  const use = ({ name, document }: Brought) => {
    onImport(withDevices(document, (id) => (things.picture.devices.has(id) ? id : (chosen[id] ?? id))))
    if (name) onName(name)
    done()
  }
  return (
    <div className={styles.exchange}>
      <label className={styles.file}>
        <span>A file</span>
        <input type="file" accept=".json,.yaml,.yml" onChange={(event) => void choose(event)} />
      </label>
      <Textarea
        label="Or its text"
        description="A shared rule of Logis, or an automation of Home Assistant in YAML."
        autosize={false}
        rows={6}
        maxLength={largestFile}
        value={words}
        onChange={(event) => void take(event.currentTarget.value)}
      />
      {tooLarge && <p role="alert" className={styles.fault}>This file is too large for a rule.</p>}
      {words.trim() !== '' && !brought && (convert !== null || fromFile(words)) && <p role="alert" className={styles.fault}>This is neither a rule of Logis nor an automation of Home Assistant.</p>}
      {brought && (
        <>
          {brought.placeholders.map((place) => (
            <Place key={place.id} place={place} things={things} value={chosen[place.id] ?? ''} onChange={(id) => setChosen({ ...chosen, [place.id]: id })} />
          ))}
          <Left left={brought.left} />
          <Button disabled={brought.placeholders.some(({ id }) => !chosen[id])} onClick={() => use(brought)}>Use it</Button>
        </>
      )}
    </div>
  )
}

/** What could not be taken over. Without a condition a rule does more than it should. */
function Left({ left }: { left: string[] }) {
  if (left.length === 0) return null
  return (
    <div className={styles.left} role="status">
      <p><strong>Not taken over.</strong> Look whether the rule still does what you want:</p>
      <ul>{left.map((words) => <li key={words}>{words}</li>)}</ul>
    </div>
  )
}

interface PlaceProps {
  place: Placeholder
  things: Things
  value: string
  onChange: (device: string) => void
}

function Place({ place, things, value, onChange }: PlaceProps) {
  const devices = [...things.picture.devices.values()].filter(({ kind }) => place.kind === '' || kind === place.kind)
  const choices = devices.map(({ id }) => ({ value: id, label: deviceWords(id, things) })).sort((a, b) => a.label.localeCompare(b.label))
  return (
    <NativeSelect
      size="md"
      label={`Which device is “${place.label}”?`}
      value={value}
      data={[{ value: '', label: choices.length > 0 ? 'Choose …' : 'There is none here' }, ...choices]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
