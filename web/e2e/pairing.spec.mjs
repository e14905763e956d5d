import { after, afterEach, before, describe, it } from 'node:test'
import { becomes, closeAll, go, home, launch, shot, world } from './support.mjs'

const skip = process.env.LOGIS_CONTROL ? false : 'LOGIS_CONTROL is not set: nobody can knock'

describe('a new gateway', { skip }, () => {
  let browser
  before(async () => (browser = await launch()))
  afterEach(() => closeAll(browser))
  after(() => browser?.close())

  /** Makes a code on the page and lets a gateway knock with it; returns the page and the letters the gateway shows. */
  async function knock() {
    const page = await home(browser)
    await go(page, 'Gateways')
    await page.getByRole('button', { name: 'Add a gateway' }).click()
    const code = await page.getByRole('group', { name: 'Code' }).locator('code').innerText()
    const letters = await world('newcomer/knock', code)
    await page.getByText(letters, { exact: true }).waitFor()
    return { page, letters }
  }

  it('comes in when its letters are the same', async () => {
    const { page, letters } = await knock()
    const before = await page.getByRole('article').count()
    await shot(page, 'gateway-letters')
    await page.getByRole('button', { name: 'Yes, the same' }).click()
    await page.getByText(letters, { exact: true }).waitFor({ state: 'detached' })
    await page.getByText('Not here yet').waitFor()
    await becomes(() => page.getByRole('article').count(), before + 1)
    await page.getByText(/^Its key is good for (89|90) days/).last().waitFor()
  })

  it('is sent away when they are not', async () => {
    const { page, letters } = await knock()
    const before = await page.getByRole('article').count()
    await page.getByRole('button', { name: 'No, send it away' }).click()
    await page.getByText(letters, { exact: true }).waitFor({ state: 'detached' })
    await becomes(() => page.getByRole('article').count(), before)
  })
})
