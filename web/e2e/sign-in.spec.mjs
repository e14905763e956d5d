import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, context, home, launch, link, shot } from './support.mjs'

describe('signing in', () => {
  let browser, inside
  before(async () => {
    browser = await launch()
    inside = await home(browser) // whoever comes first uses the link up
  })
  after(() => browser?.close())

  it('keeps a person signed in', async () => {
    await inside.reload()
    await inside.getByRole('heading', { level: 1 }).waitFor()
    assert.match(inside.url(), /\/homes\//)
    assert.deepEqual(inside.context().faults, [])
  })

  it('works only once with one link, and says how to get another', async () => {
    const made = await context(browser, { signedIn: false })
    const page = await made.newPage()
    await page.goto(link)
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
    await page.getByText('logis-server link').waitFor()
    assert.equal(new URL(page.url()).hash, '', 'the token does not stay in the address')
    await shot(page, 'used-link')
  })

  it('shows nothing of the home to somebody who is not signed in', async () => {
    const made = await context(browser, { signedIn: false })
    const page = await made.newPage()
    await page.goto(inside.url())
    await page.getByRole('heading', { name: 'Welcome to Logis' }).waitFor()
    assert.equal(await page.getByRole('article').count(), 0)
    await shot(page, 'signed-out')
  })

  it('leads everywhere else to a page that leads home', async () => {
    await inside.goto(`${base}/nowhere/at/all`)
    await inside.getByRole('heading', { name: 'Nothing lives here' }).waitFor()
    await inside.getByRole('link', { name: 'Go home' }).click()
    await inside.waitForURL(/\/homes\//)
  })
})
