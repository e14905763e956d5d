import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { becomes, home, isOn, lamp, launch, shot, tap, tile, toggle } from './support.mjs'

describe('the home', () => {
  let browser, page, two, name
  before(async () => {
    browser = await launch()
    page = await home(browser)
    two = await home(browser)
    name = await lamp(page)
  })
  after(() => browser?.close())

  it('shows every device as a tile in its room, live', async () => {
    await page.getByRole('article').first().waitFor()
    await page.getByRole('status').filter({ hasText: /Live|away/ }).first().waitFor()
    assert.ok((await page.getByRole('region').count()) > 0, 'there are rooms')
    await shot(page, 'home-light', true)
    assert.deepEqual(page.context().faults, [])
  })

  it('turns a lamp on and off by one tap each, and says confirmed', async () => {
    const first = await tap(page, name)
    await shot(page, 'tap-confirmed')
    assert.equal(await tap(page, name), !first)
  })

  it('turns a lamp that is off on by its brightness, in one command', async () => {
    const slider = page.locator('article').filter({ has: page.locator('button[aria-pressed]') }).getByRole('slider', { name: /: Brightness$/ }).first()
    const dimmable = (await slider.getAttribute('aria-label')).replace(/: Brightness$/, '')
    if (await isOn(page, dimmable)) await tap(page, dimmable)
    await slider.focus()
    await page.keyboard.press('ArrowRight')
    await toggle(page, dimmable).and(page.locator('[aria-pressed="true"]')).waitFor()
    await tile(page, dimmable).getByText(/^On · \d+ %$/).waitFor()
    await tile(page, dimmable).getByText('Confirmed').waitFor()
  })

  it('never shows a state before the device has told it', async () => {
    const before = await isOn(page, name)
    // Every change of the tile is written down together with what it said about its truth.
    await tile(page, name).evaluate((element) => {
      window.seen = []
      const note = () =>
        window.seen.push([element.querySelector('button[aria-pressed]')?.getAttribute('aria-pressed'), element.textContent])
      new MutationObserver(note).observe(element, { subtree: true, childList: true, characterData: true, attributes: true })
    })
    await toggle(page, name).click()
    await becomes(() => isOn(page, name), !before)
    await tile(page, name).getByText('Confirmed').waitFor()
    const seen = await page.evaluate(() => window.seen)
    const early = seen.filter(([pressed, text]) => pressed === String(!before) && /Asking|Asked/.test(text))
    assert.deepEqual(early, [], 'the tile was on before anything was sent')
    assert.ok(seen.some(([pressed, text]) => pressed === String(before) && /Ask|Sent/.test(text)), 'the tile said that it was asked')
  })

  it('tells the same to a second screen', async () => {
    const now = await tap(page, name)
    await toggle(two, name).and(two.locator(`[aria-pressed="${now}"]`)).waitFor()
  })

  it('catches up by itself after its connection was lost', async () => {
    await page.context().setOffline(true)
    await page.getByText('Reconnecting').waitFor({ timeout: 60_000 })
    await page.locator('article[data-stale]').first().waitFor()
    await shot(page, 'cut-off')
    const now = await tap(two, name)
    await page.context().setOffline(false)
    await toggle(page, name).and(page.locator(`[aria-pressed="${now}"]`)).waitFor({ timeout: 45_000 })
    await page.getByRole('status').filter({ hasText: /Live|away/ }).first().waitFor()
  })

  it('asks twice before it opens a lock, and once to close it', async () => {
    const guard = page.locator('article:not([data-stale])').getByRole('button', { name: /^Unlock .*…$/ }).first()
    await guard.waitFor()
    const lock = (await guard.getAttribute('aria-label')).replace(/^Unlock |…$/g, '')
    await guard.click()
    await page.getByRole('button', { name: 'No', exact: true }).click()
    assert.match(await tile(page, lock).textContent(), /Locked/)
    await guard.click()
    await shot(page, 'unlock-question')
    await page.getByRole('button', { name: 'Yes: Unlock' }).click()
    await tile(page, lock).getByText('Unlocked').waitFor()
    await tile(page, lock).getByRole('button', { name: `${lock}: lock` }).click()
    await tile(page, lock).getByText('Locked', { exact: true }).waitFor()
  })
})
