import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { becomes, context, go, home, lamp, launch, settled, shot, tap, tile } from './support.mjs'

const moment = (page) => page.getByRole('slider', { name: 'Moment' })
const place = async (page) => Number(await moment(page).getAttribute('aria-valuenow'))
const name = `Odd ${Date.now().toString(36)}` // a server may be tested twice
const card = (page) => page.getByRole('region', { name, exact: true })

describe('incidents', () => {
  let browser, page, device, address
  before(async () => {
    browser = await launch()
    page = await home(browser)
    device = await lamp(page)
    await tap(page, device)
    await tap(page, device)
    await go(page, 'Timeline')
  })
  after(() => browser?.close())

  it('are marked by keys between two moments, with a name and a note', async () => {
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
    await moment(page).focus()
    const back = async () => { // ten events
      const from = await place(page)
      await page.keyboard.press('Shift+ArrowLeft')
      await page.getByText('You are looking at').waitFor()
      await becomes(async () => (await place(page)) < from, true, 'it goes back')
    }
    await back()
    const form = page.getByRole('region', { name: 'Mark a part of the past' })
    const mark = (key, words) => becomes(async () => { // heard only where it is known what happened there
      await page.keyboard.press(key)
      return form.getByText(words).count()
    }, 1)
    await mark('o', 'Both ends are set.')
    await back()
    await mark('i', /, 11 events\./)
    await form.getByLabel('Name').fill(name)
    await form.getByLabel('Note').fill('Nobody was at home.')
    await shot(page, 'incident-mark')
    await form.getByRole('button', { name: 'Mark it' }).click()
    await page.getByRole('link', { name: 'Share it, or save it as a test' }).click()
    await card(page).getByText('Nobody was at home.').waitFor()
    await card(page).getByText(/, 11 events/).waitFor()
  })

  it('open as their part of the timeline', async () => {
    await card(page).getByRole('link', { name: 'Open' }).click()
    await page.getByText('You are looking at').waitFor()
    await page.getByRole('region', { name }).waitFor()
    const first = await place(page)
    await page.getByRole('button', { name: 'To its end' }).click()
    await becomes(async () => (await place(page)) > first, true, 'the end comes after the beginning')
    await settled(page)
    await shot(page, 'incident-open')
    await page.getByRole('link', { name: 'All incidents' }).click()
  })

  it('are shared by a link that shows them to somebody who is not signed in', async () => {
    await card(page).getByRole('button', { name: 'Share…' }).click()
    await card(page).getByRole('button', { name: 'Make a link' }).click()
    address = await card(page).getByRole('group', { name: 'Link', exact: true }).locator('code').textContent()
    assert.match(address, /\/incident#logis-incident-/)
    await card(page).getByText('never opened').waitFor()
    await shot(page, 'incident-share', true)

    const guest = await context(browser, { small: true, signedIn: false })
    const asked = []
    guest.on('request', (request) => asked.push(request.url()))
    const shown = await guest.newPage()
    await shown.goto(address)
    await shown.getByRole('heading', { level: 1, name }).waitFor()
    await shown.getByText('Nobody was at home.').waitFor()
    await shown.getByText('Before it').waitFor()
    await shown.getByRole('button', { name: 'One event on' }).click()
    await shown.getByText(/^1 of \d+/).waitFor()
    await shown.getByRole('slider', { name: 'Moment' }).press('End')
    await becomes(() => shown.getByRole('button', { name: 'One event on' }).isDisabled(), true)
    await tile(shown, device).waitFor()
    assert.equal(await shown.locator('main article button, main article a').count(), 0, 'nothing can be switched, nothing leads elsewhere')
    await shot(shown, 'incident-public', true)
    await shown.getByText('Everything that happened').click()
    await shot(shown, 'incident-public-list')
    const secret = address.split('#')[1]
    assert.ok(asked.every((url) => !url.includes(secret)), 'the secret stands in no address that is asked')
    assert.ok(asked.every((url) => !url.includes('/api/') || url.endsWith('/incidents/open')), 'nothing else of the home is asked for')
    assert.deepEqual(guest.faults, [])
    await guest.close()
  })

  it('show nothing any more once the links are ended, and go when they are removed', async () => {
    await card(page).getByRole('button', { name: 'Done' }).click()
    await card(page).getByRole('button', { name: /^End/ }).click()
    await becomes(() => card(page).getByRole('list', { name: 'Open links' }).count(), 0)
    const guest = await context(browser, { small: true, signedIn: false })
    const shown = await guest.newPage()
    await shown.goto(address)
    await shown.getByRole('heading', { name: 'Nothing is behind this link' }).waitFor()
    await shot(shown, 'incident-ended')
    await guest.close()
    await card(page).getByRole('button', { name: 'Remove…' }).click()
    await card(page).getByRole('button', { name: 'Remove', exact: true }).click()
    await becomes(() => card(page).count(), 0)
    assert.deepEqual(page.context().faults, [])
  })
})
