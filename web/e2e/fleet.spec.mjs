import { after, afterEach, before, describe, it } from 'node:test'
import { closeAll, go, home, launch, shot } from './support.mjs'

/** The gateway tries settings for half a minute. */
const trial = { timeout: 60_000 }

describe('a gateway', () => {
  let browser
  before(async () => (browser = await launch()))
  afterEach(() => closeAll(browser))
  after(() => browser?.close())

  const open = async () => {
    const page = await home(browser, { small: true })
    await go(page, 'Gateways')
    await page.getByRole('link', { name: /health, new devices, settings/ }).first().click()
    return page
  }

  it('lets a new device in while it is open, and can be closed', async () => {
    const page = await open()
    await page.getByRole('button', { name: /Let devices in/ }).click()
    await page.getByRole('timer').waitFor()
    await page.getByText(/^Came in: /).waitFor()
    await shot(page, 'gateway-open')
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('timer').waitFor({ state: 'detached' })
  })

  it('tries other settings, and works with them or goes back', async () => {
    const page = await open()
    const settings = page.getByRole('region', { name: 'Settings' })
    await settings.getByLabel('What it writes into its log').selectOption('debug')
    await settings.getByRole('button', { name: 'Save' }).click()
    await settings.getByText(/^Asked/).first().waitFor()
    await settings.getByText('The gateway works with this since').waitFor(trial)
    await shot(page, 'gateway-settings')
  })
})
