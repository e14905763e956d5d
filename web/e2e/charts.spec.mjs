import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { becomes, go, home, launch, shot, tile } from './support.mjs'

const meter = 'Electricity meter'
const card = (page, name) => page.getByRole('region', { name, exact: true })

describe('charts and energy', () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser)
    await tile(page, meter).getByRole('link', { name: meter, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: meter }).waitFor()
  })
  after(() => browser?.close())

  it('draw what a device told, read it out by keys and hold it as a table', async () => {
    const chart = card(page, 'Chart')
    await chart.getByRole('combobox').selectOption({ label: 'Power' })
    const plot = chart.getByRole('slider', { name: `Power of ${meter}` })
    await plot.press('End')
    await becomes(async () => /\d W/.test((await plot.getAttribute('aria-valuetext')) ?? ''), true, 'the newest value is read out')
    await chart.getByText('As a table').click()
    await chart.getByRole('table').getByText(/\d W/).first().waitFor()
    for (const range of ['Week', '30 days', 'Year', 'Day']) {
      await chart.getByRole('button', { name: range, exact: true }).click()
      await chart.getByRole('button', { name: range, exact: true, pressed: true }).waitFor()
      await plot.waitFor()
    }
    await shot(page, 'charts')
  })

  it('leave out a reading that was told wrongly, and count it again', async () => {
    const history = card(page, 'What happened')
    await history.getByRole('button', { name: 'Told wrongly?' }).click()
    const row = history.getByRole('listitem').filter({ has: page.getByRole('button', { name: 'Told wrongly…' }) }).last() // new ones come on top
    await row.getByRole('button', { name: 'Told wrongly…' }).click()
    const form = history.getByRole('form', { name: 'Told wrongly' })
    const why = `Somebody leant on it ${Date.now().toString(36)}`
    await form.getByLabel('Why').fill(why)
    await form.getByRole('button', { name: 'Do not count it' }).click()
    const rejected = history.getByRole('listitem').filter({ hasText: why })
    await rejected.getByText('does not count').waitFor()
    await shot(page, 'wrong-reading')
    await rejected.getByRole('button', { name: 'Count it again' }).click()
    await becomes(() => rejected.count(), 0)
    assert.deepEqual(page.context().faults, [])
  })

  it('tell what the home used, and what was put right in it', async () => {
    await go(page, 'Energy')
    const why = `Read at the meter ${Date.now().toString(36)}`
    const corrections = card(page, 'Corrections')
    await corrections.getByRole('button', { name: 'Correct a day…' }).click()
    await corrections.getByLabel('Device').selectOption({ label: meter })
    await corrections.getByLabel('Used (kWh)').fill('12.5')
    await corrections.getByLabel('Why').fill(why)
    await corrections.getByRole('button', { name: 'Correct', exact: true }).click()
    await corrections.getByText(why).waitFor()
    await card(page, 'Used').getByText(/^1\d(\.\d+)? kWh/).first().waitFor() // more may have been used since
    await shot(page, 'energy', true)
    await corrections.getByRole('listitem').filter({ hasText: why }).getByRole('button', { name: /^Withdraw/ }).click()
    await becomes(() => corrections.getByText(why).count(), 0)
    assert.deepEqual(page.context().faults, [])
  })
})
