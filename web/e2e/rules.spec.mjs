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

/** Counts what a person does: each click, choice or entry is one. */
function hand() {
  let done = 0
  return { does: (what) => (done++, what), done: () => done }
}

const pick = (page, part, label) => page.getByRole('combobox', { name: part, exact: true }).selectOption({ label })
const save = (page) => page.getByRole('button', { name: /^Save( as a new version)?$/ }).click()
const lately = (page) => page.getByRole('region', { name: 'What it did' })
const past = (page) => page.getByRole('region', { name: 'The last 30 days' })
const tests = (page) => page.getByRole('region', { name: 'Tests' })
const tab = (page, name) => page.getByRole('navigation', { name: 'Rules and scenes' }).getByRole('link', { name }).click()
const fits = async (page) => {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.ok(wide <= screen, `the page is ${wide} wide on a screen of ${screen}`)
  assert.deepEqual(page.context().faults, [])
}

describe('a rule: when motion in the hall after sunset, light on for 5 minutes', () => {
  const name = 'Turn on Lamp in Living room when Motion in Hall sees motion'
  const { does, done } = hand()
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser)
    await page.context().grantPermissions(['geolocation'])
    await page.context().setGeolocation(midnight())
  })
  after(() => browser?.close())

  it('is one of three sentences made of the home’s own devices', async () => {
    await go(page, 'Rules')
    const empty = page.getByRole('region', { name: 'No rules yet' })
    await empty.getByRole('button', { name: /goes on when somebody moves in Hall, after sunset, for 5 minutes$/ }).waitFor()
    await becomes(() => empty.getByRole('button').count(), 3)
    await shot(page, 'rules-empty')
  })

  it('is written from nothing, and says what it lacks', async () => {
    await does(pick(page, 'What makes it happen', 'Motion in Hall sees motion'))
    await does(pick(page, 'Condition 1', 'the sun is down'))
    await shot(page, 'rule-begun', true)
    await does(pick(page, 'Action 1', 'turn on Lamp in Living room for 5 minutes'))
    await page.getByText(/The sun needs to know where the home is/).waitFor()
    await becomes(() => page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true)
    await does(page.getByRole('button', { name: 'Use where I am now' }).click())
    await page.getByText(/The sun needs to know/).waitFor({ state: 'detached' })
    await page
      .getByText('When Motion in Hall sees motion, and the sun is down: turn on Lamp in Living room, then wait 5 minutes, then turn off Lamp in Living room.')
      .waitFor()
  })

  it('is tried on the past before it is saved', async () => {
    await past(page).getByText(/^\d+ would have fired$/).waitFor()
    await shot(page, 'rule-new', true)
  })

  it('is saved in five interactions in all, and fires when somebody moves', async () => {
    await does(save(page))
    assert.equal(done(), 5)
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await lately(page).getByText('The rule fired').first().waitFor({ timeout: untilMotion })
    await lately(page).getByRole('link', { name: /because of Motion: Motion/ }).first().waitFor()
    await shot(page, 'rule-fired', true)
    await fits(page)
  })

  it('is found in the past: what it would have done is what it did', async () => {
    await page.reload()
    await past(page).getByText(/^[1-9]\d* did fire$/).waitFor()
    await past(page).getByRole('list', { name: 'When it would have fired' }).getByRole('link').first().waitFor()
  })

  it('is the answer when the lamp is asked why, back to who moved', async () => {
    await go(page, 'Home')
    await tile(page, 'Lamp').getByRole('link', { name: 'Lamp: details' }).click()
    const why = page.getByRole('region', { name: 'Why is it so?' })
    await why.getByText(`The rule “${name}” fired`).waitFor()
    await why.getByText('the sun is down').waitFor()
    await why.getByText('Motion: Motion').waitFor()
    await why.getByText(/proven/).first().waitFor()
    await shot(page, 'why', true)
  })

  it('is asked in the timeline what it made of it, and kept as a test from there', async () => {
    await page.getByRole('region', { name: 'Why is it so?' }).getByRole('link', { name: 'Motion: Motion' }).click()
    await page.getByRole('button', { name: `What did the rule “${name}” make of it?` }).click()
    await page.getByText('It fired.').waitFor()
    await page.getByRole('link', { name: 'Save as a test of the rule …' }).click()
    const form = page.getByRole('form', { name: 'Keep as a test' })
    await becomes(() => form.getByRole('checkbox', { checked: true }).count().then((n) => n > 0), true)
    await form.getByLabel('Name of the test').fill('Somebody came in')
    await shot(page, 'rule-test', true)
    await form.getByRole('button', { name: 'Keep the test' }).click()
    await tests(page).getByText('Passes').waitFor()
    await form.waitFor({ state: 'detached' })
    await page.getByText('Its test passes.').waitFor()
  })

  it('is edited, says that its test fails then, and why it stays silent', async () => {
    await pick(page, 'Condition 1', 'the sun is up')
    await page.getByText('Its test fails.').waitFor()
    await save(page)
    await page.getByRole('region', { name: 'Versions' }).waitFor()
    await tests(page).getByText(/It should fire, and would not/).waitFor()
    assert.equal(await page.getByRole('form', { name: 'Keep as a test' }).count(), 0)
    await page.getByText('Why did it not fire?').click()
    // What was told before the edit was answered by the version of then.
    const silent = lately(page).getByText('It was not so that the sun is up.').first()
    for (let end = Date.now() + untilMotion; !(await silent.isVisible()) && Date.now() < end; ) {
      await page.getByRole('button', { name: 'Look again' }).click()
      await silent.waitFor({ timeout: 1000 }).catch(() => undefined)
    }
    await silent.waitFor()
    await shot(page, 'why-not', true)
  })

  it('goes back to what it was, and any version can be looked at', async () => {
    const condition = (value) => page.waitForFunction((v) => document.querySelector('select[aria-label="Condition 1"]')?.value === v, value)
    await page.getByRole('button', { name: 'Undo the last change' }).click()
    await condition('sun:down')
    await page.getByText('Its test passes.').waitFor()
    const versions = page.getByRole('region', { name: 'Versions' }).getByRole('listitem')
    await versions.nth(1).getByRole('button', { name: 'Look at it' }).click()
    await condition('sun:up')
    await versions.nth(0).getByRole('button', { name: 'Look at it' }).click()
    await condition('sun:down')
    await fits(page)
  })

  it('stands in the list with how it fares, and its test among the home’s', async () => {
    await go(page, 'Rules')
    const row = page.getByRole('article', { name })
    await row.getByText('Works').waitFor()
    await row.getByText(/^Runs (at home|in the cloud)/).waitFor()
    await row.getByRole('link', { name: /^fired/ }).waitFor()
    await shot(page, 'rules')
    await tab(page, 'Tests')
    await page.getByRole('region', { name }).getByText('Its test passes.').waitFor()
    await shot(page, 'tests')
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

  it('are one press away: a sentence is taken and saved', async () => {
    const { does, done } = hand()
    await go(page, 'Rules')
    await does(page.getByRole('link', { name: 'Add a rule' }).click())
    await does(page.getByRole('button', { name: 'Thermostat in Living room heats to 21 °C every weekday at 6:30' }).click())
    await page.getByText('When it is 06:30, every weekday: let Thermostat in Living room heat to 21 °C.').waitFor()
    await shot(page, 'sentence-phone', true)
    await does(save(page))
    await page.getByRole('heading', { level: 1, name: /Thermostat in Living room/ }).waitFor()
    assert.equal(done(), 3)
  })

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
    const bar = page.getByRole('group', { name: 'Removed 2 rules' })
    await shot(page, 'rules-removed', true)
    await bar.getByRole('button', { name: 'Undo' }).click()
    await bar.getByText('They are back.').waitFor()
    await becomes(() => row(/Coffee machine.*\(copy\)$/).getByRole('switch').isChecked(), false)
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
    await tab(page, 'Scenes')
    await page.getByLabel('Name', { exact: true }).fill('Evening')
    await page.getByRole('checkbox', { name: 'Ceiling light in Kitchen' }).check()
    await page.getByRole('button', { name: 'Keep as a scene' }).click()
    const scene = page.getByRole('region', { name: 'Evening' })
    await scene.getByRole('button', { name: 'Activate' }).click()
    await scene.getByText(/^used/).waitFor()
    await scene.getByText('What undoing brings back').click()
    await scene.getByRole('button', { name: 'Undo' }).click()
    await scene.getByText(/^undone/).waitFor()
    await fits(page)
  })

  it('is changed value by value, duplicated, and removed with others', async () => {
    const scene = page.getByRole('region', { name: 'Evening', exact: true })
    await scene.getByRole('button', { name: 'Change the values of Evening' }).click()
    const values = scene.getByRole('form', { name: 'What Evening wants' })
    await values.getByLabel('Ceiling light in Kitchen: Brightness').fill('35')
    await values.getByRole('combobox', { name: 'Add a device' }).selectOption({ label: 'Lamp in Living room' })
    await shot(page, 'scene', true)
    await values.getByRole('button', { name: 'Save' }).click()
    await scene.getByText(/Brightness 35 %/).waitFor()
    await scene.getByText('Lamp in Living room').waitFor()
    await scene.getByRole('button', { name: 'Duplicate Evening' }).click()
    const copy = page.getByRole('region', { name: 'Evening (copy)' })
    await copy.getByRole('checkbox', { name: 'Choose Evening (copy)' }).check()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove 1 scene' }).click()
    await copy.waitFor({ state: 'detached' })
    await shot(page, 'scenes', true)
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

describe('how the home is set', () => {
  let browser, page
  before(async () => {
    browser = await launch()
    page = await home(browser, { small: true })
  })
  after(() => browser?.close())

  it('can be a mode of its own, which is named anew and removed', async () => {
    await go(page, 'Rules')
    await tab(page, 'Modes')
    const modes = page.getByRole('region', { name: 'What it can be set to' })
    await modes.getByRole('textbox').fill('Guests')
    await modes.getByRole('button', { name: 'Add' }).click()
    await modes.getByRole('button', { name: 'Rename Guests' }).click()
    await modes.getByLabel('New name of Guests').fill('Party')
    await modes.getByRole('button', { name: 'Save' }).click()
    await modes.getByRole('button', { name: 'Set the home to Party' }).click()
    await modes.getByRole('listitem').filter({ hasText: 'Party' }).getByText('now').waitFor()
    await modes.getByRole('button', { name: 'Set the home to Home' }).click()
    await modes.getByRole('listitem').filter({ hasText: /^Home/ }).getByText('now').waitFor()
    await modes.getByRole('button', { name: 'Remove Party' }).click()
    await modes.getByRole('button', { name: 'Remove the mode' }).click()
    await modes.getByText('Party').waitFor({ state: 'detached' })
  })

  it('says what no rule may ever do', async () => {
    const policy = page.getByRole('region', { name: 'What rules may never do' })
    await policy.getByRole('button', { name: 'Forbid it' }).click()
    await policy.getByText('Rules never open anything while the home is set to Away.').waitFor()
    await shot(page, 'modes-phone', true)
    await policy.getByRole('button', { name: /^Allow it/ }).click()
    await policy.getByText('Nothing is forbidden.').waitFor()
    await fits(page)
  })
})
