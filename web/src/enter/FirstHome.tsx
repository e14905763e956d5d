import { Button, Loader, TextInput } from '@mantine/core'
import { Navigate } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import { useCreateHome, useHomes } from '../data/homes'
import { Door } from '../parts/Door'

const lastHome = 'logis-last-home'

/** Remembers on this device which home was looked at last. */
export function rememberHome(id: string): void {
  try {
    localStorage.setItem(lastHome, id)
  } catch {
    // Storage may be forbidden: then the first home is shown next time.
  }
}

function rememberedHome(): string | null {
  try {
    return localStorage.getItem(lastHome)
  } catch {
    return null
  }
}

/** Goes to the person's home, or helps to begin the first one. */
export function FirstHome() {
  const homes = useHomes()
  const remembered = rememberedHome()
  const home = homes.data?.find((h) => h.id === remembered) ?? homes.data?.[0]
  if (home) return <Navigate to="/homes/$home" params={{ home: home.id }} replace />
  if (homes.isSuccess) return <BeginHome />
  if (homes.isError) {
    return (
      <Door title="Logis does not answer">
        <p role="alert">{homes.error.message}</p>
        <Button size="md" onClick={() => void homes.refetch()}>Try again</Button>
      </Door>
    )
  }
  return (
    <Door title="Just a moment">
      <Loader aria-label="Loading your homes" />
    </Door>
  )
}

function BeginHome() {
  const [name, setName] = useState('')
  const create = useCreateHome()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (name.trim()) create.mutate(name.trim())
  }
  return (
    <Door title="Begin your home">
      <p>Give it a name. Rooms and devices come next.</p>
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        <TextInput
          label="Name of the home"
          placeholder="Maple House"
          size="md"
          maxLength={80}
          value={name}
          error={create.error?.message}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="md" loading={create.isPending} disabled={!name.trim()}>Begin</Button>
      </form>
    </Door>
  )
}
