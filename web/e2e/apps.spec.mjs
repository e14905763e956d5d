import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { base, home, launch, shot } from './support.mjs'

const callback = 'https://app.example.org/callback'
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

describe('apps of others', () => {
  let browser, page, client, token
  before(async () => {
    browser = await launch()
    page = await home(browser, { small: true })
    await page.route(`${callback}**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>the app</title>' }))
  })
  after(() => browser?.close())

  it('registers an app', async () => {
    await page.goto(`${base}/account`)
    await page.getByLabel('What people are told it is called').fill('Widget')
    await page.getByLabel('Where people are sent back').fill(callback)
    await page.getByLabel('can keep no secret').check()
    await page.getByRole('button', { name: 'Register the app' }).click()
    client = await page.getByRole('group', { name: 'client_id' }).locator('code').textContent()
  })

  it('asks what the app may, with nothing chosen that opens or locks', async () => {
    const ask = new URLSearchParams({
      response_type: 'code', client_id: client, redirect_uri: callback, scope: 'home.read history.read device.command class.A class.C',
      state: '1e5', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    })
    await page.goto(`${base}/oauth/authorize?${ask}`)
    await page.getByRole('heading', { name: 'Let Widget in?' }).waitFor()
    assert.equal(await page.getByLabel('unlock, open and disarm').isChecked(), false)
    assert.equal(await page.getByLabel('lights, blinds and scenes').isChecked(), true)
    await page.getByLabel('see what happened in the past').uncheck()
    await shot(page, 'consent-phone', true)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${callback}**`)
    const answer = new URL(page.url()).searchParams
    assert.equal(answer.get('state'), '1e5')
    const granted = await fetch(`${base}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code', client_id: client, redirect_uri: callback, code: answer.get('code'), code_verifier: verifier,
      }),
    })
    token = await granted.json()
    assert.equal(token.scope, 'home.read device.command class.C')
  })

  it('ends what the app may', async () => {
    const homes = () => fetch(`${base}/api/v1/homes`, { headers: { Authorization: `Bearer ${token.access_token}` } })
    assert.equal((await homes()).status, 200)
    await page.goto(`${base}/account`)
    await page.getByRole('button', { name: 'End Widget' }).waitFor()
    await shot(page, 'apps-phone', true)
    await page.getByRole('button', { name: 'End Widget' }).click()
    await page.getByText('None. An app or a voice assistant').waitFor()
    assert.equal((await homes()).status, 401)
  })
})
