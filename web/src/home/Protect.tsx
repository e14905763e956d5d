import { Button } from '@mantine/core'
import { IconShieldHalf } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAccount } from '../data/account'
import { useScene } from '../data/Scene'
import frame from '../frame/Frame.module.css'
import styles from './Home.module.css'

const asked = 'logis.protect-asked'

/** How long somebody who said "later" is left alone, in milliseconds. */
const patience = 7 * 24 * 3_600_000

/** Asks an owner without a second factor to set one up. Nothing waits for it but letting others open something. */
export function Protect() {
  const { picture, isPast } = useScene()
  const account = useAccount()
  const [later, setLater] = useState(leftAlone)
  if (picture.home.role !== 'owner' || isPast || later || account.data?.second_factor !== false) return null
  const wait = () => {
    setLater(true)
    remember()
  }
  return (
    <section className={frame.banner} data-tone="quiet" aria-label="Protect this home">
      <IconShieldHalf size={20} aria-hidden />
      <div className={styles.protect}>
        <span>
          <strong>Protect this home.</strong> A passkey of your phone, or one-time codes, keep out whoever learns a password. You need
          one of them to let others open doors.
        </span>
        <span className={styles.answers}>
          <Button size="sm" renderRoot={(props) => <Link to="/account" {...props} />}>Set it up</Button>
          <Button size="sm" variant="default" onClick={wait}>Later</Button>
        </span>
      </div>
    </section>
  )
}

function leftAlone(): boolean {
  try {
    return Date.now() - Number(localStorage.getItem(asked) ?? 0) < patience
  } catch {
    return false // the browser keeps nothing: asked again
  }
}

function remember() {
  try {
    localStorage.setItem(asked, String(Date.now()))
  } catch {
    // The browser keeps nothing: asked again next time.
  }
}
