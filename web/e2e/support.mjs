// What all browser tests share: a browser, a signed-in page, and pictures of it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** The server under test. */
export const base = needed('LOGIS_URL').replace(/\/$/, '')
/** A one-time link that signs in. The first test uses it up; the others share what it gave. */
export const link = needed('LOGIS_LINK')

const state = join(tmpdir(), `logis-e2e-${createHash('sha256').update(link).digest('hex').slice(0, 16)}.json`)
const phone = { width: 390, height: 844 }
const desk = { width: 1280, height: 860 }

/** How long one thing may take on a busy machine, in milliseconds. */
export const patience = 15_000

function needed(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: see e2e/README.md`)
  return value
}

/** Starts the browser that the distribution brings, without anything that phones home. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  })
}

/** A context of its own. Every request to another host and every error on the page is kept as a fault. */
export async function context(browser, { small = false, dark = false, signedIn = true, reducedMotion = 'reduce' } = {}) {
  const made = await browser.newContext({
    viewport: small ? phone : desk,
    hasTouch: small,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion,
    storageState: signedIn && existsSync(state) ? state : undefined,
  })
  made.setDefaultTimeout(patience)
  made.faults = []
  made.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== base) made.faults.push(`asked another host: ${url.origin}`)
  })
  made.on('page', (page) => {
    page.on('pageerror', (error) => made.faults.push(`error on the page: ${error.message}`))
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) made.faults.push(message.text())
    })
  })
  return made
}

/** A page that shows the home as it is now. */
export async function home(browser, options) {
  const made = await context(browser, options)
  const page = await made.newPage()
  await page.goto(existsSync(state) ? base : link)
  await page.waitForURL(/\/homes\/[0-9a-f-]{36}/)
  await page.getByRole('heading', { level: 1 }).waitFor()
  if (existsSync(state)) await page.evaluate(prove, owner)
  else {
    await strengthen(page)
    await made.storageState({ path: state })
  }
  return page
}

/** By what the tests prove, at the beginning of each, that they are the owner: what is dangerous wants it. */
const owner = { login: 'owner', password: 'the house stands by the lake' }

const prove = async ({ password }) => {
  const answer = await fetch('/api/v1/session/proof', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ password }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Gives the owner a passkey, without which nobody lets others open anything, and a password. */
async function strengthen(page) {
  await authenticator(page)
  await page.evaluate(async (owner) => {
    const post = async (path, body) => {
      const sent = body ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {}
      const answer = await fetch(`/api/v1/account/${path}`, { method: 'POST', ...sent })
      if (!answer.ok) throw new Error(await answer.text())
      return answer.status === 204 ? null : answer.json()
    }
    const { ceremony, options } = await post('passkeys/begin')
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey)
    const made = await navigator.credentials.create({ publicKey })
    await post('passkeys', { ceremony, name: 'Phone', response: made.toJSON() })
    await post('password', owner)
  }, owner)
}

/** Gives the page's browser something that makes and uses passkeys without asking anybody. */
export async function authenticator(page) {
  const line = await page.context().newCDPSession(page)
  await line.send('WebAuthn.enable')
  await line.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  } })
}

/** Closes every page, so that the next test finds a quiet machine. */
export const closeAll = (browser) => Promise.all(browser.contexts().map((made) => made.close()))

/** Waits until nothing moves any more: what fades in has no contrast yet. */
export const settled = (page) =>
  page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity).map((a) => a.finished)))

/** Goes to one of the pages of the home by its link. */
export async function go(page, name) {
  await page.getByRole('navigation', { name: 'Pages of this home' }).getByRole('link', { name, exact: true }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** The tile of a device. */
export const tile = (page, name) => page.getByRole('article', { name, exact: true }).first()

/** The button that is the tile of something that can be switched. */
export const toggle = (page, name) => tile(page, name).getByRole('button', { name, exact: true })

/** The name of a device that can be switched: LOGIS_LAMP, or the first that is known to be on or off. */
export async function lamp(page) {
  if (process.env.LOGIS_LAMP) return process.env.LOGIS_LAMP
  const first = page.locator('article:not([data-stale]) button[aria-pressed="false"], article:not([data-stale]) button[aria-pressed="true"]').first()
  await first.waitFor()
  return first.getAttribute('aria-label')
}

/** Whether the device said that it is on. */
export const isOn = async (page, name) => (await toggle(page, name).getAttribute('aria-pressed')) === 'true'

/**
 * Waits until what is read is what is wanted, and fails with both when it never is. What a page will say it says when
 * its next frame came: nothing that changes is read only once.
 */
export async function becomes(read, wanted, why, limit = patience) {
  const end = Date.now() + limit
  let seen = await read()
  while (seen !== wanted && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 50))
    seen = await read()
  }
  assert.equal(seen, wanted, why)
}

/** Taps a tile and waits until the device itself has said so. Returns the new state. */
export async function tap(page, name) {
  const before = await isOn(page, name)
  await toggle(page, name).click()
  await becomes(() => isOn(page, name), !before) // first: the tick of the tap before stays for five seconds
  await tile(page, name).getByText('Confirmed').waitFor()
  return !before
}

/** Keeps a picture of the page in LOGIS_SHOTS, if that is set. */
export async function shot(page, name, fullPage = false) {
  const folder = process.env.LOGIS_SHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage })
}

/**
 * Asks the harness to change the world: 'gateway/away', 'gateway/back', 'server/away' or 'server/back', or
 * 'newcomer/knock' with the code of a claim, which answers with the letters that the new gateway shows.
 */
export async function world(what, body) {
  const answer = await fetch(`${process.env.LOGIS_CONTROL}/${what}`, { method: 'POST', body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${what}: ${answer.status} ${text}`)
  return text
}

/** What the gateway printed last that begins with these words, as whoever stands there reads it. */
export async function said(words) {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`${process.env.LOGIS_CONTROL}/gateway/said?words=${encodeURIComponent(words)}`)
    if (answer.ok) return answer.text()
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`the gateway did not say ${words}`)
}

/**
 * Lets a new gateway into the home as the page says: makes a code there, runs the command it shows on the other
 * machine, whose agent keeps its things in `data`, and gives it the code.
 */
export async function pairGateway(page, { program, data }) {
  await page.getByRole('button', { name: 'Add a gateway' }).click()
  const shown = (label) => page.getByRole('group', { name: label, exact: true }).locator('code').textContent()
  const [, ...args] = (await shown('Command')).split(' ')
  const code = await shown('Code')
  const pairing = spawn(program, [...args, '--data', data], { stdio: ['pipe', 'pipe', 'inherit'], timeout: patience })
  const ended = once(pairing, 'exit')
  pairing.stdin.end(`${code}\n`)
  let said = ''
  const letters = new Promise((found) =>
    pairing.stdout.setEncoding('utf8').on('data', (words) => {
      said += words
      const shown = /shows the letters\s+(\S+)/.exec(said)
      if (shown) found(shown[1])
    }),
  )
  const theirs = await Promise.race([letters, ended.then(([how]) => Promise.reject(new Error(`logis-edge pair ended with ${how}`)))])
  await page.getByText(theirs, { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Yes, the same' }).click()
  const [how] = await ended
  if (how !== 0) throw new Error(`logis-edge pair ended with ${how}`)
  await page.getByRole('status').filter({ hasText: 'The gateway is here' }).waitFor()
}
