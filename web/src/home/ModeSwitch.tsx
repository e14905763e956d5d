import { useModes, useSetMode } from '../data/modes'
import { useScene } from '../data/Scene'
import { Choices } from '../parts/Choices'
import styles from './Home.module.css'

/** How the home is set: home, away, night, or a mode of its own. */
export function ModeSwitch() {
  const { home } = useScene()
  const modes = useModes(home).data
  const set = useSetMode(home)
  if (!modes) return null
  return (
    <div className={styles.mode}>
      <Choices
        label="The home is set to"
        choices={modes.modes.map(({ mode, name }) => ({ value: mode, label: name }))}
        reported={modes.mode}
        wanted={set.isPending ? set.variables : modes.mode}
        onWish={(mode) => set.mutate(mode)}
      />
      {set.error && <p role="alert">{set.error.message}</p>}
    </div>
  )
}
