import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { becomes, go, home, isOn, lamp, launch, tile } from './support.mjs'

/** Presses a key until the focus is on something, and fails when it never comes. */
async function tabTo(page, wanted, key = 'Tab') {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press(key)
    if (await page.evaluate(wanted.test, wanted.value)) return i
  }
  throw new Error(`the focus never came to ${wanted.value}`)
}

const labelled = (value) => ({ value, test: (label) => document.activeElement?.getAttribute('aria-label') === label })

describe('with the keyboard alone', () => {
  let browser, page, name
  before(async () => {
    browser = await launch()
    page = await home(browser)
    name = await lamp(page)
  })
  after(() => browser?.close())

  it('a person can skip to the home, switch a lamp and read what became of it', async () => {
    const before = await isOn(page, name)
    await page.keyboard.press('Tab')
    await becomes(() => page.evaluate(() => document.activeElement?.textContent), 'Skip to the home')
    await page.keyboard.press('Enter')
    await becomes(() => page.evaluate(() => document.activeElement?.id), 'main')
    await tabTo(page, labelled(name))
    const ring = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement)
      return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
    })
    assert.ok(ring, 'the focus can be seen')
    await page.keyboard.press('Space')
    await becomes(() => isOn(page, name), !before)
    await tile(page, name).getByText('Confirmed').waitFor()
    await page.getByRole('log').filter({ hasText: `${name}: Confirmed` }).waitFor({ state: 'attached' })
  })

  it('a person can open a device, control it and come back', async () => {
    await tabTo(page, labelled(`${name}: details`))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name }).waitFor()
    const power = page.getByRole('group', { name: `${name}: Power` })
    const label = await power.locator('button[aria-pressed="false"]').textContent()
    await tabTo(page, { value: label, test: (text) => document.activeElement?.matches('[role="group"] button[aria-pressed="false"]') && document.activeElement.textContent === text })
    await page.keyboard.press('Space')
    await power.getByRole('button', { name: label, pressed: true }).waitFor()
    await tabTo(page, { value: 'Home', test: (text) => document.activeElement?.tagName === 'A' && document.activeElement.textContent.trim() === text })
    await page.keyboard.press('Enter')
    await tile(page, name).waitFor()
  })

  it('a person can travel in time', async () => {
    await tabTo(page, { value: 'Timeline', test: (text) => document.activeElement?.textContent === text })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
    await tabTo(page, labelled('Moment'))
    await page.keyboard.press('Shift+ArrowLeft')
    await page.getByText('You are looking at').waitFor()
    await page.keyboard.press('Home') // from where the film is long enough to be paused
    await page.locator('[role="slider"][aria-valuenow="1"]').waitFor()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Play' }).waitFor()
    await page.keyboard.press('Home')
    await page.locator('[role="slider"][aria-valuenow="1"]').waitFor()
    await tabTo(page, labelled('Play'))
    await tabTo(page, labelled('Speed'))
    await tabTo(page, { value: 'Back to now', test: (text) => document.activeElement?.textContent === text }, 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
    await go(page, 'Home')
  })

  it('a person can open the menu, change to dark and close it again', async () => {
    await tabTo(page, { value: 'homes and settings', test: (part) => document.activeElement?.getAttribute('aria-label')?.includes(part) })
    await page.keyboard.press('Enter')
    const dark = page.getByRole('menuitemradio', { name: 'Dark' })
    await dark.waitFor()
    await dark.focus()
    await page.keyboard.press('Enter')
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
    await page.keyboard.press('Escape')
    await dark.waitFor({ state: 'hidden' })
  })

  it('a question closes with Escape and gives the focus back', async () => {
    const guard = page.locator('article:not([data-stale])').getByRole('button', { name: /^Unlock .*…$/ }).first()
    await guard.focus()
    await page.keyboard.press('Enter')
    await becomes(() => page.evaluate(() => document.activeElement?.textContent), 'No', 'the safe answer has the focus')
    await page.keyboard.press('Escape')
    await guard.waitFor()
    await becomes(() => page.evaluate(() => /^Unlock/.test(document.activeElement?.getAttribute('aria-label'))), true)
  })
})
