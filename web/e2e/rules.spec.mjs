import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { becomes, go, home, launch, shot, tile } from './support.mjs'

/** How long it may take until somebody moves in the simulated hall, in milliseconds. */
const untilMotion = 90_000

/** A place on the equator where the sun is as low as it can be now: there it is night for hours. */
function midnight() {
  const hours = new Date().getUTCHours() + new Date().getUTCMinutes() / 60
  const longitude = ((540 - hours * 15) % 360) - 180
  return { latitude: 0, longitude }
}

const pick = (page, part, label) => page.getByRole('combobox', { name: part, exact: true }).selectOption({ label })
const save = (page) => page.getByRole('button', { name: /^Save( as a new version)?$/ }).click()
const lately = (page) => page.getByRole('region', { name: 'What it did' })
const fits = async (page) => {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.ok(wide <= screen, `the page is ${wide} wide on a screen of ${screen}`)
  assert.deepEqual(page.context().faults, [])
}

describe('a rule: when motion in the hall after sunset, light on for 5 minutes', () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser)
    await page.context().grantPermissions(['geolocation'])
    await page.context().setGeolocation(midnight())
  })
  after(() => browser?.close())

  it('is one of three suggestions made of the home’s own devices', async () => {
    await go(page, 'Rules')
    const empty = page.getByRole('region', { name: 'No rules yet' })
    await empty.getByRole('button', { name: /Light when somebody moves/ }).waitFor()
    await becomes(() => empty.getByRole('button').count(), 3)
    await shot(page, 'rules-empty')
  })

  it('is written from nothing, and says what it lacks', async () => {
    await page.getByRole('link', { name: 'Add a rule' }).click() // 1
    await pick(page, 'Trigger 1', 'Motion in Hall sees motion') // 2
    await pick(page, 'Condition 1', 'the sun is down') // 3
    await pick(page, 'Action 1', 'turn on Lamp in Living room') // 4
    await page.getByRole('button', { name: /off again after 5 minutes/ }).click() // 5
    await page.getByText(/The sun needs to know where the home is/).waitFor()
    await becomes(() => page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true)
    await page.getByRole('button', { name: 'Use where I am now' }).click()
    await page.getByText(/The sun needs to know/).waitFor({ state: 'detached' })
    await page
      .getByText('When Motion in Hall sees motion, and the sun is down: turn on Lamp in Living room, then wait 5 minutes, then turn off Lamp in Living room.')
      .waitFor()
  })

  it('is tried on the past before it is saved', async () => {
    await page.getByRole('region', { name: 'The last 30 days' }).getByText(/^\d+ would have fired$/).waitFor()
    await shot(page, 'rule-new', true)
  })

  it('is saved and fires when somebody moves', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Light in the hall')
    await save(page)
    await page.getByRole('heading', { level: 1, name: 'Light in the hall' }).waitFor()
    await lately(page).getByText('The rule fired').first().waitFor({ timeout: untilMotion })
    await lately(page).getByRole('link', { name: /because of Motion: Motion/ }).first().waitFor()
    await shot(page, 'rule-fired', true)
    await fits(page)
  })

  it('is found in the past: what it would have done is what it did', async () => {
    await page.reload()
    const past = page.getByRole('region', { name: 'The last 30 days' })
    await past.getByText(/^[1-9]\d* did fire$/).waitFor()
    await past.getByRole('list', { name: 'When it would have fired' }).getByRole('link').first().waitFor()
  })

  it('is the answer when the lamp is asked why, back to who moved', async () => {
    await go(page, 'Home')
    await tile(page, 'Lamp').getByRole('link', { name: 'Lamp: details' }).click()
    const why = page.getByRole('region', { name: 'Why is it so?' })
    await why.getByText('The rule “Light in the hall” fired').waitFor()
    await why.getByText('the sun is down').waitFor()
    await why.getByText('Motion: Motion').waitFor()
    await why.getByText(/proven/).first().waitFor()
    await shot(page, 'why', true)
  })

  it('is edited, and tells why it stays silent then', async () => {
    await go(page, 'Rules')
    await page.getByRole('link', { name: 'Light in the hall' }).click()
    await pick(page, 'Condition 1', 'the sun is up')
    await save(page)
    await page.getByRole('region', { name: 'Versions' }).waitFor()
    const edited = Date.now()
    await page.getByText('Why did it not fire?').click()
    // What was told before the edit was answered by the version of then.
    await page.waitForFunction(
      (after) => {
        const list = document.querySelector('[aria-label="What it listens to"]')
        const rows = [...list.children].filter((row) => row.querySelector('time'))
        const motion = rows.find((row) => row.textContent.includes('Motion: Motion') && Date.parse(row.querySelector('time').dateTime) > after)
        if (!motion) [...document.querySelectorAll('button')].find((button) => button.textContent === 'Look again').click()
        else motion.nextElementSibling.querySelector('button').click()
        return Boolean(motion)
      },
      edited,
      { timeout: untilMotion, polling: 500 },
    )
    await lately(page).getByText('It was not so that the sun is up.').waitFor()
    await shot(page, 'why-not', true)
  })

  it('goes back to what it was', async () => {
    await page.getByRole('button', { name: 'Undo the last change' }).click()
    await page.waitForFunction(() => document.querySelector('select[aria-label="Condition 1"]')?.value === 'sun:down')
    await fits(page)
  })
})

describe('rules on a phone', () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser, { small: true, dark: true })
  })
  after(() => browser?.close())

  it('keep a schedule: every weekday at 7:00', async () => {
    await go(page, 'Rules')
    await page.getByRole('link', { name: 'Add a rule' }).click()
    await pick(page, 'Trigger 1', 'it is a time of day …')
    await page.getByRole('button', { name: 'Weekdays' }).click()
    await pick(page, 'Action 1', 'turn on Coffee machine in Kitchen')
    await page.getByText('When it is 07:00, every weekday: turn on Coffee machine in Kitchen.').waitFor()
    await shot(page, 'schedule-phone', true)
    await fits(page)
    await save(page)
    await page.getByRole('heading', { level: 1, name: /Turn on Coffee machine in Kitchen/ }).waitFor()
  })

  it('open nothing without an owner who lets them, each time anew', async () => {
    await go(page, 'Rules')
    await page.getByRole('link', { name: 'Add a rule' }).click()
    await pick(page, 'Trigger 1', 'it is a time of day …')
    await pick(page, 'Action 1', 'unlock Front door lock in Hall')
    const leave = page.getByRole('checkbox', { name: 'I let this rule open Front door lock' })
    await leave.waitFor()
    await becomes(() => page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true)
    await leave.check()
    await page.getByLabel('Trigger 1: time').fill('06:15')
    await becomes(() => leave.isChecked(), false)
    await leave.check()
    await save(page)
    await page.getByRole('heading', { level: 1, name: /Unlock Front door lock/ }).waitFor()
  })

  it('can be duplicated, turned off and removed together', async () => {
    await go(page, 'Rules')
    const row = (name) => page.getByRole('article', { name })
    await page.getByRole('button', { name: /^Duplicate Turn on Coffee machine/ }).click()
    await row(/Coffee machine.*\(copy\)$/).waitFor()
    await becomes(() => row(/Coffee machine.*\(copy\)$/).getByRole('switch').isChecked(), false)
    for (const box of await page.getByRole('checkbox', { name: /^Choose Turn on Coffee machine/ }).all()) await box.check()
    await page.getByRole('button', { name: 'Turn off' }).click()
    await page.getByText('2 rules chosen').waitFor({ state: 'detached' })
    for (const box of await page.getByRole('checkbox', { name: /^Choose Turn on Coffee machine/ }).all()) await box.check()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove 2 rules' }).click()
    await row(/Coffee machine/).first().waitFor({ state: 'detached' })
    await shot(page, 'rules-phone', true)
    await fits(page)
  })
})

describe('a scene', () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser)
  })
  after(() => browser?.close())

  it('keeps how things are, brings it back, and is undone', async () => {
    await go(page, 'Rules')
    await page.getByRole('navigation', { name: 'Rules and scenes' }).getByRole('link', { name: 'Scenes' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Evening')
    await page.getByRole('checkbox', { name: 'Ceiling light in Kitchen' }).check()
    await page.getByRole('button', { name: 'Keep as a scene' }).click()
    const scene = page.getByRole('region', { name: 'Evening' })
    await scene.getByRole('button', { name: 'Activate' }).click()
    await scene.getByRole('button', { name: 'Undo' }).click()
    await scene.getByText(/used/).waitFor()
    await fits(page)
  })

  it('and the home’s mode are set with one press', async () => {
    await go(page, 'Home')
    const mode = page.getByRole('group', { name: 'The home is set to' })
    await mode.getByRole('button', { name: 'Night' }).click()
    await mode.getByRole('button', { name: 'Night', pressed: true }).waitFor()
    await mode.getByRole('button', { name: 'Home' }).click()
    await mode.getByRole('button', { name: 'Home', pressed: true }).waitFor()
  })
})
