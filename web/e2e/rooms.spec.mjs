import { after, afterEach, before, describe, it } from 'node:test'
import { closeAll, go, home, launch, shot } from './support.mjs'

describe('rooms', () => {
  let browser
  before(async () => (browser = await launch()))
  afterEach(() => closeAll(browser))
  after(() => browser?.close())

  it('can be added, renamed and removed, and every screen sees it', async () => {
    const [page, other] = [await home(browser), await home(browser)]
    await go(page, 'Rooms')
    await go(other, 'Rooms')
    const room = `Attic ${Date.now() % 10_000}`
    await page.getByLabel('Name of the new room').fill(room)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await other.getByRole('region', { name: room, exact: true }).waitFor()
    await shot(page, 'rooms')
    await page.getByRole('button', { name: `Rename ${room}` }).click()
    await page.getByLabel(`New name of ${room}`).fill(`${room} east`)
    await page.getByRole('button', { name: 'Save' }).click()
    await other.getByRole('region', { name: `${room} east`, exact: true }).waitFor()
    await page.getByRole('button', { name: `Remove ${room} east` }).click()
    await page.getByRole('button', { name: 'Remove the room' }).click()
    await other.getByRole('region', { name: `${room} east`, exact: true }).waitFor({ state: 'detached' })
  })
})
