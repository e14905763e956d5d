import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { go, home, lamp, launch, shot, tap, tile } from './support.mjs'

const moment = (page) => page.getByRole('slider', { name: 'Moment' })
const place = async (page) => Number(await moment(page).getAttribute('aria-valuenow'))

/** Waits until the slider stands at an event. */
const standsAt = (page, seq) => page.locator(`[role="slider"][aria-valuenow="${seq}"]`).waitFor()

describe('the timeline', () => {
  let browser, page, name, wasOn
  before(async () => {
    browser = await launch()
    page = await home(browser)
    name = await lamp(page)
    wasOn = !(await tap(page, name))
    await tap(page, name)
    await go(page, 'Timeline')
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  })
  after(() => browser?.close())

  it('shows the home as it was at an event, read-only, and comes back', async () => {
    const commands = page.getByRole('list', { name: 'What happened' }).getByRole('button', { name: `You asked ${name} to turn ${wasOn ? 'off' : 'on'}` })
    await commands.first().click()
    await page.getByText('You are looking at').waitFor()
    await tile(page, name).getByText(wasOn ? /^On/ : /^Off/).first().waitFor()
    await tile(page, name).getByText('Asked').waitFor()
    assert.equal(await page.locator('main button[aria-pressed]').count(), 0, 'nothing can be switched in the past')
    await shot(page, 'timeline-past')
    // A few events on the device has said so.
    for (let i = 0; i < 8 && !(await tile(page, name).getByText(wasOn ? /^Off/ : /^On/).count()); i++) {
      const seq = await place(page)
      await page.getByRole('button', { name: 'One event on' }).click()
      await standsAt(page, seq + 1)
    }
    await tile(page, name).getByText(wasOn ? /^Off/ : /^On/).first().waitFor()
    await page.getByRole('button', { name: 'Back to now' }).click()
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
    assert.ok((await page.locator('main button[aria-pressed]').count()) > 0)
    assert.deepEqual(page.context().faults, [])
  })

  it('can be moved by keys: steps, strides, the first event, now', async () => {
    await moment(page).focus()
    const head = await place(page)
    await page.keyboard.press('ArrowLeft')
    await page.getByText('You are looking at').waitFor()
    const one = await place(page)
    assert.ok(one >= head - 1)
    await page.keyboard.press('Shift+ArrowLeft')
    await standsAt(page, one - 10)
    await page.keyboard.press('ArrowRight')
    await standsAt(page, one - 9)
    await page.keyboard.press('Home')
    await standsAt(page, 1)
    await page.locator('[role="slider"][aria-valuetext*="The home began"]').waitFor()
    await page.keyboard.press('End')
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  })

  it('can be scrubbed by dragging', async () => {
    const box = await moment(page).boundingBox()
    await page.mouse.move(box.x + box.width - 4, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 12 })
    await page.mouse.up()
    await page.getByText('You are looking at').waitFor()
    await page.getByRole('button', { name: 'Back to now' }).click()
  })

  it('plays', async () => {
    await moment(page).focus()
    await page.keyboard.press('Home')
    await standsAt(page, 1)
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForFunction(() => Number(document.querySelector('[role="slider"]')?.getAttribute('aria-valuenow')) > 3)
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Play' }).waitFor()
    await page.keyboard.press('End')
  })

  it('can be linked to', async () => {
    await moment(page).focus()
    await page.keyboard.press('Home')
    await page.waitForURL(/seq=1$/)
    await page.reload()
    await standsAt(page, 1)
    await page.getByText('You are looking at').waitFor()
    await page.keyboard.press('Tab')
  })
})
