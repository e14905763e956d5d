import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { go, home, isOn, lamp, launch, shot, tile, toggle, world } from './support.mjs'

const skip = process.env.LOGIS_CONTROL ? false : 'LOGIS_CONTROL is not set: nobody can take the gateway away'

describe('while the gateway is away', { skip }, () => {
  let browser
  before(async () => (browser = await launch()))
  after(async () => {
    await world('gateway/back')
    await browser?.close()
  })

  it('nothing looks as if it were known, locks refuse, lamps wait, and all is well afterwards', async () => {
    const page = await home(browser)
    const name = await lamp(page)
    const on = await isOn(page, name)
    await world('gateway/away')
    await page.getByText(/has been away/).waitFor({ timeout: 60_000 })
    await tile(page, name).and(page.locator('[data-stale]')).waitFor()
    await tile(page, name).getByText(/as of/).waitFor()
    await shot(page, 'gateway-away', true)

    const guard = page.locator('article[data-stale]').getByRole('button', { name: /^Unlock .*…$/ }).first()
    await guard.click()
    await page.getByText('The gateway is away. This is only done while it is there.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Yes: Unlock' }).count(), 0)
    await page.getByRole('button', { name: 'All right' }).click()

    await toggle(page, name).click()
    await tile(page, name).getByText('Asked, waits for the gateway').waitFor()
    assert.equal(await isOn(page, name), on, 'the lamp does not look changed')
    await shot(page, 'gateway-away-asked')

    await world('gateway/back')
    await tile(page, name).and(page.locator(':not([data-stale])')).waitFor({ timeout: 60_000 })
    // The wish was for now, not for ever: it is done if the gateway was back in time, else it says that it was too late.
    await tile(page, name).getByText(/Confirmed|Too late, not done/).waitFor({ timeout: 60_000 })

    await go(page, 'Gateways')
    await page.getByText(/Connected since/).first().waitFor()
  })
})
