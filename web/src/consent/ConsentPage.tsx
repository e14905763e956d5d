import { Button, Checkbox, Loader } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type SyntheticEvent, useEffect, useState } from 'react'
import { api, must } from '../api/client'
import type { Ask, Question } from '../api/types'
import { arrival } from '../data/arrival'
import { readAsk, useQuestion } from '../data/apps'
import { useHomes } from '../data/homes'
import { Door } from '../parts/Door'
import { Trouble } from '../parts/Prove'
import { chosenFirst, commandKinds, type Letter, rightWords } from '../words/apps'
import styles from './Consent.module.css'

/** Asks somebody, whom an app sent here, whether it may act for them. */
export function ConsentPage() {
  const [ask] = useState(() => readAsk(arrival))
  const question = useQuestion(ask)
  const refusal = question.data?.refusal
  useEffect(() => {
    if (refusal) location.replace(refusal)
  }, [refusal])
  if (question.data && !refusal) return <Asking ask={ask} question={question.data} />
  if (question.isError) {
    return (
      <Door title="This app cannot be let in">
        <p role="alert">{question.error.message}</p>
        <p>Nothing was given to it. Go back to the app and tell whoever made it.</p>
      </Door>
    )
  }
  return (
    <Door title="Just a moment">
      <Loader aria-label="Loading what the app asks for" />
    </Door>
  )
}

/** The list with one added or taken. */
const flipped = <T,>(list: T[], one: T, on: boolean) => (on ? [...list, one] : list.filter((other) => other !== one))

function Asking({ ask, question }: { ask: Ask; question: Question }) {
  const homes = useHomes()
  const [home, setHome] = useState('')
  const [actions, setActions] = useState(question.actions)
  const [classes, setClasses] = useState(() => chosenFirst(question.classes))
  const steers = actions.includes('device.command')
  const allow = useMutation({
    mutationFn: () =>
      must(
        api.POST('/account/consents', {
          body: { ask, home: home || (homes.data?.[0]?.id ?? ''), actions, classes: steers ? classes : undefined },
        }),
      ),
    onSuccess: ({ address }) => location.replace(address),
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    allow.mutate()
  }
  const nothing = actions.length === 0 || (steers && classes.length === 0)
  return (
    <Door title={`Let ${question.app} in?`}>
      <p>
        {question.app} would like to act for you. {question.vetted ? '' : 'A person registered it, not whoever runs this Logis. '}
        The answer goes to <strong>{question.target}</strong>.
      </p>
      <form className={styles.form} onSubmit={submit}>
        <label className={styles.pick}>
          <span>In which home</span>
          <select value={home} onChange={(event) => setHome(event.currentTarget.value)}>
            {homes.data?.map((h) => <option key={h.id} value={h.id}>{h.name}</option>)}
          </select>
        </label>
        <fieldset>
          <legend>It may</legend>
          {question.actions.map((action) => (
            <Checkbox
              key={action} radius="xs" size="md" label={rightWords(action)} checked={actions.includes(action)}
              onChange={(event) => setActions(flipped(actions, action, event.currentTarget.checked))}
            />
          ))}
        </fieldset>
        {steers && <Kinds chosen={classes} onChoose={setClasses} />}
        <Trouble error={allow.error} again={() => allow.mutate()} />
        <div className={styles.answers}>
          <Button type="submit" size="md" loading={allow.isPending || allow.isSuccess} disabled={nothing || !homes.data?.length}>Allow</Button>
          <Button size="md" variant="default" onClick={() => location.replace(question.denial)}>No</Button>
        </div>
        <p className={styles.quiet}>You can end this at any time on your account page. It never may more than you may yourself.</p>
      </form>
    </Door>
  )
}

function Kinds({ chosen, onChoose }: { chosen: Letter[]; onChoose: (kinds: Letter[]) => void }) {
  return (
    <fieldset>
      <legend>It may ask devices for</legend>
      {commandKinds.map(({ letter, words, careful }) => (
        <Checkbox
          key={letter} radius="xs" size="md" label={words} description={careful ? 'Think twice' : undefined} checked={chosen.includes(letter)}
          onChange={(event) => onChoose(flipped(chosen, letter, event.currentTarget.checked))}
        />
      ))}
    </fieldset>
  )
}
