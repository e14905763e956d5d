import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { authenticator, base, becomes, context, go, home, launch, shot } from './support.mjs'

describe('people', () => {
  let browser, page, guest
  before(async () => {
    browser = await launch()
    page = await home(browser)
  })
  after(() => browser?.close())

  /** Makes an invitation for the role and returns its link. */
  async function invite(role) {
    await page.getByRole('radio', { name: role, exact: true }).click()
    await page.getByRole('button', { name: 'Make a link' }).click()
    const link = await page.getByRole('group', { name: 'Link' }).locator('code').textContent()
    await page.getByRole('button', { name: 'Done' }).click()
    return link
  }

  it('shows who belongs to the home and invites somebody', async () => {
    await go(page, 'People')
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await page.getByRole('article').filter({ hasText: '(you)' }).getByText('Owner', { exact: true }).first().waitFor()
    await shot(page, 'people')
    const link = await invite('Guest')
    const made = await context(browser, { small: true, signedIn: false })
    guest = await made.newPage()
    await guest.goto(link)
    await guest.getByLabel('Your name').fill('Gus')
    await shot(guest, 'join-phone')
    await guest.getByRole('button', { name: 'Join the home' }).click()
    await guest.waitForURL(/\/homes\/[0-9a-f-]{36}/)
    await guest.getByRole('heading', { level: 1 }).waitFor()
    await shot(guest, 'guest-phone')
    assert.deepEqual(guest.context().faults, [])
  })

  it('turns a member out, who then sees nothing', async () => {
    await page.reload()
    const person = page.getByRole('article', { name: 'Gus' })
    await person.getByRole('button', { name: 'Turn out…' }).click()
    await person.getByRole('button', { name: 'Turn out', exact: true }).click()
    await person.waitFor({ state: 'detached' })
    await guest.reload()
    await guest.waitForFunction(() => !document.querySelector('[aria-pressed]'))
    await shot(guest, 'turned-out-phone')
  })

  it('erases an account, once its person has written their name', async () => {
    await guest.goto(`${base}/account`)
    await guest.getByRole('button', { name: 'Erase my account…' }).click()
    const erase = guest.getByRole('button', { name: 'Erase my account', exact: true })
    assert.equal(await erase.isDisabled(), true)
    await guest.getByLabel('Write your name').fill('Gus')
    await shot(guest, 'erase-phone', true)
    await erase.click()
    await guest.getByRole('heading', { name: 'Welcome to Logis' }).waitFor()
    assert.deepEqual(guest.context().faults, [])
  })

  it('signs in by a password and by a passkey that the person made', async () => {
    const made = await context(browser, { signedIn: false })
    const bob = await made.newPage()
    await authenticator(bob)
    await bob.goto(await invite('Member'))
    await bob.getByLabel('Your name').fill('Bob')
    await bob.getByRole('button', { name: 'Join the home' }).click()
    await bob.waitForURL(/\/homes\/[0-9a-f-]{36}/)
    await bob.goto(`${base}/account`)
    await bob.getByLabel('What to call it').fill('Phone')
    await bob.getByRole('button', { name: 'Add a passkey' }).click()
    await bob.getByRole('button', { name: 'Remove Phone' }).waitFor()
    const name = `bob${Date.now()}`
    await bob.getByLabel('Name to sign in with').fill(name)
    await bob.getByLabel('New password').fill('correct horse battery')
    await bob.getByRole('button', { name: 'Set the password' }).click()
    await bob.getByText('The password is set.').waitFor()
    await shot(bob, 'account', true)
    await made.clearCookies()
    await bob.goto(base)
    await bob.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await shot(bob, 'signed-out')
    await bob.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await bob.waitForURL(/\/homes\/[0-9a-f-]{36}/)
    await made.clearCookies()
    await bob.goto(base)
    await bob.getByLabel('Name to sign in with').fill(name)
    await bob.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await bob.getByRole('button', { name: 'Sign in', exact: true }).click()
    await bob.waitForURL(/\/homes\/[0-9a-f-]{36}/)
    assert.deepEqual(made.faults, [])
  })

  it('shows what this browser is told, and offers again only what secures', async () => {
    const made = await context(browser, { small: true })
    await made.grantPermissions(['notifications'], { origin: base })
    const phone = await made.newPage()
    const line = await made.newCDPSession(phone)
    const known = new Promise((found) => line.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations.forEach(found)))
    await line.send('ServiceWorker.enable')
    await phone.goto(`${base}/account`)
    await phone.getByRole('button', { name: 'Notify me in this browser' }).click()
    await phone.getByRole('alert').filter({ hasText: 'could not reach its push service' }).waitFor() // there is none for such a browser
    await shot(phone, 'notify-phone', true)
    const { registrationId } = await known
    const page = await phone.evaluate(async () => {
      const ask = async (path) => (await (await fetch(`/api/v1/homes${path}`)).json()).items
      const [{ id: home }] = await ask('')
      const lock = (await ask(`/${home}/devices`)).find(({ affordances }) => affordances.actions.lockDoor)
      return `/homes/${home}/devices/${lock.id}`
    })
    const again = { title: 'Lock now', url: `${page}?again=lockDoor` }
    await line.send('ServiceWorker.deliverPushMessage', {
      origin: base, registrationId, data: JSON.stringify({ title: 'Home', body: 'The door', tag: '1', url: page, at: Date.now(), again }),
    })
    const shown = () => phone.evaluate(async () => {
      const told = await (await navigator.serviceWorker.ready).getNotifications()
      return told.map(({ title, body, actions }) => [title, body, ...actions.map((action) => action.title)].join(' / ')).join()
    })
    await becomes(shown, 'Home / The door / Lock now')
    const [worker] = made.serviceWorkers()
    const opened = await worker.evaluate(async () => {
      const [notification] = await self.registration.getNotifications()
      return new Promise((done) => {
        self.clients.openWindow = done // a browser opens one only when a finger was there
        self.dispatchEvent(new self.NotificationEvent('notificationclick', { notification, action: 'again' }))
      })
    })
    assert.equal(opened, `${base}${again.url}`)
    await phone.goto(`${base}${page}?again=unlockDoor`)
    await phone.getByRole('heading', { level: 1 }).waitFor()
    await phone.getByRole('region', { name: 'Control' }).waitFor()
    assert.equal(await phone.getByRole('button', { name: 'Not now' }).count(), 0, 'an address asks for nothing that opens')
    await phone.goto(opened)
    await phone.getByRole('button', { name: 'Not now' }).waitFor()
    await shot(phone, 'again-phone')
    await phone.getByRole('button', { name: 'Lock now' }).click()
    await phone.getByRole('button', { name: 'Not now' }).waitFor({ state: 'detached' })
    assert.equal(new URL(phone.url()).search, '')
    assert.deepEqual(made.faults, [])
  })

  it('fits a phone', async () => {
    const made = await context(browser, { small: true })
    const phone = await made.newPage()
    await phone.goto(base)
    await phone.waitForURL(/\/homes\/[0-9a-f-]{36}/)
    await go(phone, 'People')
    await phone.getByRole('button', { name: 'Make a link' }).waitFor()
    await shot(phone, 'people-phone', true)
    await phone.goto(`${base}/account`)
    await phone.getByRole('button', { name: 'Make a token' }).waitFor()
    await shot(phone, 'account-phone', true)
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    assert.equal(wide, false, 'the page does not scroll sideways')
  })
})
