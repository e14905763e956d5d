import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { closeAll, home, isOn, lamp, launch, shot, tap, tile, toggle } from './support.mjs'

describe('the home', () => {
  let browser
  before(async () => (browser = await launch()))
  afterEach(() => closeAll(browser))
  after(() => browser?.close())

  it('shows every device as a tile in its room, live', async () => {
    const page = await home(browser)
    await page.getByRole('article').first().waitFor()
    await page.getByRole('status').filter({ hasText: /Live|away/ }).first().waitFor()
    assert.ok((await page.getByRole('region').count()) > 0, 'there are rooms')
    await shot(page, 'home-light', true)
    const dark = await home(browser, { dark: true })
    await dark.getByRole('article').first().waitFor()
    await shot(dark, 'home-dark', true)
    assert.deepEqual(page.context().faults, [])
  })

  it('turns a lamp on and off by one tap each, and says confirmed', async () => {
    const page = await home(browser)
    const name = await lamp(page)
    const first = await tap(page, name)
    await shot(page, 'tap-confirmed')
    assert.equal(await tap(page, name), !first)
  })

  it('turns a lamp that is off on by its brightness, in one command', async () => {
    const page = await home(browser)
    const slider = page.locator('article').filter({ has: page.locator('button[aria-pressed]') }).getByRole('slider', { name: /: Brightness$/ }).first()
    const name = (await slider.getAttribute('aria-label')).replace(/: Brightness$/, '')
    if (await isOn(page, name)) await tap(page, name)
    await slider.focus()
    await page.keyboard.press('ArrowRight')
    await toggle(page, name).and(page.locator('[aria-pressed="true"]')).waitFor()
    await tile(page, name).getByText(/^On · \d+ %$/).waitFor()
    await tile(page, name).getByText('Confirmed').waitFor()
  })

  it('never shows a state before the device has told it', async () => {
    const page = await home(browser)
    const name = await lamp(page)
    const before = await isOn(page, name)
    // Every change of the tile is written down together with what it said about its truth.
    await tile(page, name).evaluate((element) => {
      window.seen = []
      const note = () =>
        window.seen.push([element.querySelector('button[aria-pressed]')?.getAttribute('aria-pressed'), element.textContent])
      new MutationObserver(note).observe(element, { subtree: true, childList: true, characterData: true, attributes: true })
    })
    await toggle(page, name).click()
    await tile(page, name).getByText('Confirmed').waitFor()
    const seen = await page.evaluate(() => window.seen)
    const early = seen.filter(([pressed, text]) => pressed === String(!before) && /Asking|Asked/.test(text))
    assert.deepEqual(early, [], 'the tile was on before anything was sent')
    assert.ok(seen.some(([pressed, text]) => pressed === String(before) && /Ask|Sent/.test(text)), 'the tile said that it was asked')
  })

  it('tells the same to a second screen', async () => {
    const [one, two] = [await home(browser), await home(browser)]
    const name = await lamp(one)
    const now = await tap(one, name)
    await toggle(two, name).and(two.locator(`[aria-pressed="${now}"]`)).waitFor()
  })

  it('catches up by itself after its connection was lost', async () => {
    const [one, two] = [await home(browser), await home(browser)]
    const name = await lamp(one)
    await one.context().setOffline(true)
    await one.getByText('Reconnecting').waitFor({ timeout: 60_000 })
    await one.locator('article[data-stale]').first().waitFor()
    await shot(one, 'cut-off')
    const now = await tap(two, name)
    await one.context().setOffline(false)
    await toggle(one, name).and(one.locator(`[aria-pressed="${now}"]`)).waitFor({ timeout: 45_000 })
    await one.getByRole('status').filter({ hasText: /Live|away/ }).first().waitFor()
  })

  it('asks twice before it opens a lock, and once to close it', async () => {
    const page = await home(browser)
    const guard = page.locator('article:not([data-stale])').getByRole('button', { name: /^Unlock .*…$/ }).first()
    await guard.waitFor()
    const name = (await guard.getAttribute('aria-label')).replace(/^Unlock |…$/g, '')
    await guard.click()
    await page.getByRole('button', { name: 'No', exact: true }).click()
    assert.match(await tile(page, name).textContent(), /Locked/)
    await guard.click()
    await shot(page, 'unlock-question')
    await page.getByRole('button', { name: 'Yes: Unlock' }).click()
    await tile(page, name).getByText('Unlocked').waitFor()
    await tile(page, name).getByRole('button', { name: `${name}: lock` }).click()
    await tile(page, name).getByText('Locked', { exact: true }).waitFor()
  })
})
