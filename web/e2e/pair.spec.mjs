import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { go, home, launch, pairGateway, shot } from './support.mjs'

const program = process.env.LOGIS_EDGE
const data = process.env.LOGIS_EDGE_DATA
const skip = program && data ? false : 'LOGIS_EDGE and LOGIS_EDGE_DATA are not set: there is no other machine'
/** From the click to the devices on the screen, in milliseconds. */
const promised = 120_000

describe('another machine', { skip }, () => {
  let browser, page, agent
  before(async () => {
    browser = await launch()
    page = await home(browser)
    await go(page, 'Gateways')
  })
  after(async () => {
    if (agent) {
      agent.kill()
      await once(agent, 'exit')
    }
    await browser?.close()
  })

  it('is a gateway of the home in under two minutes, with its own identity', async () => {
    const keys = () => page.locator('dt:text-is("Key") + dd').allTextContents()
    const gateways = await page.getByText('Connected since').count()
    const before = await keys()
    const start = Date.now()
    await pairGateway(page, { program, data })
    agent = spawn(program, ['run', '--data', data, '--simulated', '--simulated-devices', '5'], { stdio: ['ignore', 'inherit', 'inherit'] })
    await page.waitForFunction((count) => document.body.innerText.split('Connected since').length - 1 === count, gateways + 1, { timeout: promised })
    await page.getByText(/^5 devices/).waitFor({ timeout: promised })
    const took = Date.now() - start
    assert.ok(took < promised, `it took ${took} ms`)
    const now = await keys()
    assert.equal(new Set(now).size, before.length + 1, 'each gateway has a key of its own')
    await shot(page, 'second-gateway', true)
    assert.deepEqual(page.context().faults, [])
  })
})
