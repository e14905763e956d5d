import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { connect } from 'node:tls'
import { home, launch, said, shot, tile, world } from './support.mjs'

const address = process.env.LOGIS_LOCAL
const skip = address && process.env.LOGIS_CONTROL ? false : 'LOGIS_LOCAL is not set: the gateway has no page of its own'
/** A program needs a while to start, and what it serves a while to come back. */
const slow = { timeout: 60_000 }
const name = 'Lamp'

describe("the gateway's own page", { skip }, () => {
  let browser, cloud, page
  before(async () => {
    browser = await launch()
    cloud = await home(browser)
    const made = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 } })
    page = await made.newPage()
    page.faults = []
    page.on('pageerror', (error) => page.faults.push(error.message))
    await page.goto(address)
  })
  after(async () => {
    await world('server/back')
    await browser?.close()
  })

  const choice = (text) => page.getByRole('button', { name: `${name}: ${text}`, exact: true })
  const press = async (text) => {
    await choice(text).click()
    await choice(text).and(page.locator('[aria-pressed="true"]')).waitFor()
    return Date.now()
  }

  it('has the certificate that the gateway printed', async () => {
    const { hostname, port } = new URL(address)
    const socket = connect({ host: hostname, port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    assert.equal(await said('local certificate: SHA-256 '), fingerprint256)
  })

  it('is paired by the code that the gateway shows', async () => {
    await page.getByLabel('What to call this device').fill('Kitchen tablet')
    await page.getByRole('button', { name: 'Show a code on the gateway' }).click()
    const [code] = /\d{4} \d{4}/.exec(await said('local pairing: "Kitchen tablet"'))
    await page.getByLabel(/^The eight digits/).fill(code)
    await page.getByRole('button', { name: 'Pair', exact: true }).click()
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    await page.getByText('The cloud is reachable too.').waitFor()
    await shot(page, 'local', true)
  })

  it('turns on a lamp, and the cloud sees it', async () => {
    await press('On')
    await tile(cloud, name).locator('[aria-pressed="true"]').waitFor()
  })

  it('does so without the cloud, and the cloud learns what was true when', async () => {
    await world('server/away')
    await page.getByText('The cloud cannot be reached. Everything here works').waitFor(slow)
    const pressed = []
    for (const text of ['Off', 'On', 'Off']) pressed.push(await press(text))
    await shot(page, 'local-without-cloud', true)

    await world('server/back')
    await page.getByText('The cloud is reachable too.').waitFor(slow)
    await tile(cloud, name).and(cloud.locator(':not([data-stale])')).waitFor(slow)
    await tile(cloud, name).locator('[aria-pressed="false"]').waitFor(slow)
    await tile(cloud, name).getByRole('link', { name: `${name}: details` }).click()
    const history = cloud.getByRole('region', { name: 'What happened' })
    await history.getByText('Somebody at home asked it to turn off').nth(1).waitFor(slow)

    const told = await cloud.evaluate(async () => {
      const [, id, device] = /homes\/([^/]+)\/devices\/([^/]+)/.exec(location.pathname)
      const answer = await fetch(`/api/v1/homes/${id}/events?entity=${device}&order=desc&limit=100`)
      return (await answer.json()).items
    })
    const newest = (type) => told.filter((e) => e.type === type && e.historic).slice(0, pressed.length).reverse()
    for (const type of ['command.requested', 'device.reported']) {
      newest(type).forEach((event, i) => {
        const off = Math.abs(Date.parse(event.occurred_at) - pressed[i])
        assert.ok(off < 5000, `pressed at ${pressed[i]}, ${type} is told as of ${event.occurred_at}`)
        assert.ok(Date.parse(event.recorded_at) >= pressed.at(-1), 'it was recorded when the cloud was back')
      })
    }
    assert.deepEqual(newest('device.reported').map((e) => e.data.values.onOff), [false, true, false])
    assert.deepEqual(page.faults, [])
  })
})
