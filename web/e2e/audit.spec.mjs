import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, becomes, go, home, lamp, launch, settled, shot, tap } from './support.mjs'

describe('who did what', () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser, { small: true })
  })
  after(() => browser?.close())

  const sentences = () => page.getByRole('list', { name: 'Who did what' }).getByRole('link')

  /** Switches a lamp, and looks at the event before that. Returns its name. */
  async function back() {
    await go(page, 'Home')
    const name = await lamp(page)
    const on = await tap(page, name)
    await go(page, 'People')
    await page.getByRole('link', { name: 'Who did what' }).click()
    const asked = sentences().filter({ hasText: `asked ${name} to turn ${on ? 'on' : 'off'}` }).first()
    const seq = Number(new URL(await asked.getAttribute('href'), base).searchParams.get('seq'))
    await page.goto(`${page.url().replace(/\/audit.*/, '/timeline')}?seq=${seq - 1}`)
    return name
  }

  it('tells what was asked of a lamp, and finds it by its words', async () => {
    const name = await lamp(page)
    await tap(page, name)
    await go(page, 'People')
    await page.getByRole('link', { name: 'Who did what' }).click()
    await page.getByRole('heading', { name: 'Who did what' }).waitFor()
    await sentences().filter({ hasText: `asked ${name} to turn` }).first().waitFor()
    await settled(page)
    await shot(page, 'audit-phone')
    await page.getByRole('searchbox', { name: 'Search' }).fill('asked ' + name)
    await becomes(async () => (await sentences().count()) > 0 && (await sentences().filter({ hasNotText: name }).count()) === 0, true)
    await page.getByRole('button', { name: 'Filters' }).click()
    await page.getByLabel('Outcome').selectOption('refused')
    await page.getByText('Nothing like that is recorded.').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await sentences().first().waitFor()
  })

  it('leads to the instant, and the home is put back as it was', async () => {
    const name = await back()
    await page.getByRole('button', { name: 'Put the home back like this…' }).click()
    await page.getByRole('list', { name: 'What would change' }).getByText(name).waitFor()
    await settled(page)
    await shot(page, 'put-back-phone')
    await page.getByRole('button', { name: 'Put it back', exact: true }).click()
    await page.getByText(/^Asked .* to be as it was/).waitFor()
  })

  it('can be taken along', async () => {
    await go(page, 'People')
    await page.getByRole('link', { name: 'Who did what' }).click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
    assert.match(file.suggestedFilename(), /^logis-audit-.*\.csv$/)
    assert.deepEqual(page.context().faults, [])
  })
})
