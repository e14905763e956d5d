import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLocate, useModes } from '../data/modes'
import { useScene } from '../data/Scene'
import styles from './Editor.module.css'

/** Where the home is, which the sun must know. Only about: a tenth of a degree. */
export function PlaceForm() {
  const { home } = useScene()
  const modes = useModes(home).data
  const locate = useLocate(home)
  const queries = useQueryClient()
  const [latitude, setLatitude] = useState('')
  const [longitude, setLongitude] = useState('')
  const [failed, setFailed] = useState<string | null>(null)
  if (!modes) return null
  const save = (lat: number, long: number) => {
    setFailed(null)
    locate.mutate({ modes, latitude: lat, longitude: long }, { onSuccess: () => void queries.invalidateQueries({ queryKey: ['checkup', home] }) })
  }
  const here = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => save(coords.latitude, coords.longitude),
      () => setFailed('This device does not tell where it is. Type it in instead.'),
    )
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    save(Number(latitude), Number(longitude))
  }
  const filled = latitude.trim() !== '' && longitude.trim() !== '' && Number.isFinite(Number(latitude)) && Number.isFinite(Number(longitude))
  return (
    <form className={styles.place} onSubmit={submit} aria-label="Where is your home?">
      <p><strong>Where is your home?</strong> Roughly is enough: it tells when the sun sets.</p>
      <Button variant="default" onClick={here}>Use where I am now</Button>
      <TextInput label="Latitude" placeholder="52.5" inputMode="decimal" value={latitude} onChange={(event) => setLatitude(event.currentTarget.value)} />
      <TextInput label="Longitude" placeholder="13.4" inputMode="decimal" value={longitude} onChange={(event) => setLongitude(event.currentTarget.value)} />
      <Button type="submit" loading={locate.isPending} disabled={!filled}>Save the place</Button>
      {(failed ?? locate.error?.message) && <p role="alert" className={styles.fault}>{failed ?? locate.error?.message}</p>}
    </form>
  )
}
