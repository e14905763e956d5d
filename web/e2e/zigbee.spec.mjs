import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { becomes, go, home, isOn, launch, shot, tap, tile } from './support.mjs'

const name = process.env.LOGIS_ZIGBEE_LAMP ?? ''
const skip = name ? false : 'LOGIS_ZIGBEE_LAMP is not set: there is no lamp behind Zigbee2MQTT'

describe('a lamp behind Zigbee2MQTT', { skip }, () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser)
    await tile(page, name).waitFor({ timeout: 60_000 })
    if (await isOn(page, name)) await tap(page, name)
  })
  after(() => browser?.close())

  it('goes on by a tap, confirmed by the lamp itself', async () => {
    assert.equal(await tap(page, name), true)
    await shot(page, 'zigbee-on')
  })

  it('has a history that shows the command, the report and that one caused the other', async () => {
    await tile(page, name).getByRole('link', { name: `${name}: details` }).click()
    const history = page.getByRole('region', { name: 'What happened' })
    const command = history.getByRole('listitem').filter({ hasText: 'You asked it to turn on' }).first()
    await command.waitFor()
    const said = page.getByRole('link', { name: /^On(,|$)/ })
    const report = history.getByRole('listitem').filter({ has: said }).filter({ hasText: 'because of your command' }).first()
    await report.waitFor()
    await history.getByRole('listitem').filter({ hasText: 'Confirmed' }).first().waitFor()
    await shot(page, 'zigbee-history', true)
  })

  it('is off again in the home of a moment ago', async () => {
    await page.getByRole('region', { name: 'What happened' }).getByRole('link', { name: 'You asked it to turn on' }).first().click()
    await page.getByText('You are looking at').waitFor()
    await tile(page, name).getByText(/^Off/).first().waitFor()
    await shot(page, 'zigbee-past')
    await page.getByRole('button', { name: 'Back to now' }).click()
    await go(page, 'Home')
    await becomes(() => isOn(page, name), true)
  })
})
