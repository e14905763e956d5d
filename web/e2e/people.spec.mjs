import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { authenticator, base, context, go, home, launch, shot } from './support.mjs'

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
