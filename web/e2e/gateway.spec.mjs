import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { becomes, closeAll, go, home, isOn, lamp, launch, shot, tile, toggle, world } from './support.mjs'

const skip = process.env.LOGIS_CONTROL ? false : 'LOGIS_CONTROL is not set: nobody can take anything away'
/** A program needs a while to start, and what it serves a while to come back. */
const slow = { timeout: 60_000 }

const live = (page) => page.getByRole('status').filter({ hasText: 'Live' }).first().waitFor(slow)

describe('while the gateway is away', { skip }, () => {
  let browser, page, name, on
  before(async () => {
    browser = await launch()
    page = await home(browser)
    name = await lamp(page)
    on = await isOn(page, name)
    await world('gateway/away')
    await page.getByText(/has been away/).waitFor(slow)
  })
  after(async () => {
    await world('gateway/back')
    await browser?.close()
  })

  it('nothing looks as if it were known', async () => {
    await tile(page, name).and(page.locator('[data-stale]')).waitFor()
    await tile(page, name).getByText(/as of/).waitFor()
    assert.equal(await page.getByText(/lights? on|All locked|All lights off/).count(), 0, 'nothing is said of what cannot be seen')
    await shot(page, 'gateway-away', true)
  })

  it('locks refuse', async () => {
    const guard = page.locator('article[data-stale]').getByRole('button', { name: /^Unlock .*…$/ }).first()
    await guard.click()
    await page.getByText('The gateway is away. This is only done while it is there.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Yes: Unlock' }).count(), 0)
    await page.getByRole('button', { name: 'All right' }).click()
  })

  it('a wish waits, and can be taken back', async () => {
    await toggle(page, name).click()
    await tile(page, name).getByText('Asked, waits for the gateway').waitFor()
    assert.equal(await isOn(page, name), on, 'the lamp does not look changed')
    await shot(page, 'gateway-away-asked')
    await tile(page, name).getByRole('link', { name: `${name}: details` }).click()
    const commands = page.getByRole('region', { name: 'Commands' })
    await commands.getByRole('button', { name: 'Take it back' }).click()
    await commands.getByRole('list', { name: 'How it went: Withdrawn' }).first().waitFor()
    await go(page, 'Home')
    await tile(page, name).getByText(/as of/).waitFor()
  })

  it('and all is well when it is back', async () => {
    await toggle(page, name).click()
    await tile(page, name).getByText('Asked, waits for the gateway').waitFor()
    await world('gateway/back')
    await tile(page, name).and(page.locator(':not([data-stale])')).waitFor(slow)
    // The wish was for now, not for ever: it is done if the gateway was back in time, else it says that it was too late.
    const late = tile(page, name).getByText('Too late, not done')
    await becomes(async () => (await isOn(page, name)) !== on || (await late.count()) > 0, true, 'what came of the wish', slow.timeout)
    await go(page, 'Gateways')
    await page.getByText(/Connected since/).first().waitFor()
  })
})

describe('while Logis itself is away', { skip }, () => {
  let browser
  before(async () => (browser = await launch()))
  afterEach(() => closeAll(browser))
  after(async () => {
    await world('server/back')
    await browser?.close()
  })

  it('the page says so, every page opens, no wish is lost silently, and all comes back by itself', async () => {
    const page = await home(browser)
    const name = await lamp(page)
    await live(page)
    await page.waitForLoadState('networkidle') // the other pages have been fetched
    await world('server/away')
    await page.getByText(/This page has lost its connection/).waitFor(slow)
    await page.locator('article:not([data-stale])').first().waitFor({ state: 'detached' })
    await toggle(page, name).click()
    await tile(page, name).getByText('No answer from Logis. Look before you ask again').waitFor()
    await shot(page, 'server-away', true)
    for (const place of ['Rooms', 'Gateways', 'Timeline', 'Home']) {
      await go(page, place)
      await page.getByText(/This page has lost its connection/).waitFor()
      await becomes(() => page.getByText('Connected since').count(), 0, 'nobody knows whether the gateway is connected')
    }
    await world('server/back')
    await live(page)
    await tile(page, name).and(page.locator(':not([data-stale])')).waitFor(slow)
    const on = await isOn(page, name)
    await toggle(page, name).click()
    await toggle(page, name).and(page.locator(`[aria-pressed="${!on}"]`)).waitFor(slow)
    assert.deepEqual(page.context().faults, [])
  })
})
