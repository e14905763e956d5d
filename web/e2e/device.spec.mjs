import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { home, lamp, launch, shot, tap, tile } from './support.mjs'

describe('the page of a device', () => {
  let browser, page, name
  before(async () => {
    browser = await launch()
    page = await home(browser)
    name = await lamp(page)
    await tap(page, name)
    await tile(page, name).getByRole('link', { name: `${name}: details` }).click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
  })
  after(() => browser?.close())

  it('says how the device is, how old that is and where it comes from', async () => {
    const said = page.getByRole('region', { name: 'What it says' })
    await said.getByText(/just now|ago/).first().waitFor()
    await said.getByText(/because of your command/).first().waitFor()
    await shot(page, 'device', true)
    assert.deepEqual(page.context().faults, [])
  })

  it('controls the device and shows every step of the command', async () => {
    const choice = page.getByRole('region', { name: 'Control' }).getByRole('group', { name: `${name}: Power` })
    const other = choice.locator('button[aria-pressed="false"]')
    const label = await other.textContent()
    await other.click()
    await choice.getByRole('button', { name: label, pressed: true }).waitFor()
    const newest = page.getByRole('region', { name: 'Commands' }).getByRole('list', { name: 'How it went: Confirmed' }).first()
    for (const step of ['Asked', 'Sent', 'Confirmed']) await newest.getByText(step, { exact: true }).waitFor()
    await newest.getByText(/\d ms later|\d\.\d sec later/).first().waitFor()
  })

  it('tells the history in words and leads from an effect to its cause', async () => {
    const history = page.getByRole('region', { name: 'What happened' })
    await history.getByText(/You asked it to turn (on|off)/).first().waitFor()
    await history.getByRole('link', { name: /because of your command/ }).first().click()
    await page.getByText('You are looking at').waitFor()
    await page.locator('[aria-current="true"]').filter({ hasText: `You asked ${name} to turn` }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name }).waitFor()
  })

  it('renames the device for everybody', async () => {
    const other = await home(browser)
    for (const wanted of [`${name} two`, name]) {
      await page.getByRole('button', { name: 'Rename' }).click()
      await page.getByLabel('Name of the device').fill(wanted)
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { level: 1, name: wanted, exact: true }).waitFor()
      await tile(other, wanted).waitFor()
    }
  })

  it('moves the device to another room and back', async () => {
    const room = page.getByLabel('Room', { exact: true })
    const before = await room.inputValue()
    await room.selectOption({ label: 'No room' })
    await page.waitForFunction(() => document.querySelector('select')?.value === '')
    await page.getByText(/taken out of its room/i).first().waitFor()
    await room.selectOption(before)
    await page.getByText(/moved to/i).first().waitFor()
  })

  it('keeps what only engineers understand folded away', async () => {
    assert.equal(await page.getByText('Address', { exact: true }).isVisible(), false)
    await page.getByText('Technical details').click()
    await page.getByText('Address', { exact: true }).waitFor()
  })
})
