import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, context, go, home, launch, link, settled, shot, tile } from './support.mjs'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules that look at colours: nothing else is different in the dark. */
const colours = ['color-contrast', 'link-in-text-block']

/** Opens the page of a device from its tile. */
const device = (name) => async (page) => {
  await go(page, 'Home')
  await tile(page, name).getByRole('link').first().click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
  await page.getByRole('region', { name: 'What happened' }).getByRole('listitem').first().waitFor()
}

/** What the page of incidents made: each screen marks one of its own, and shares it. */
const marked = { count: 0, name: '', link: '' }

/** Every page of a home, and how to come there from the one before. */
const pages = {
  home: (page) => page.getByRole('article').first().waitFor(),
  'a question': async (page) => {
    await page.getByRole('button', { name: /^Unlock .*…$/ }).first().click()
    await page.getByRole('button', { name: 'Yes: Unlock' }).waitFor()
  },
  lamp: device('Mood light'),
  thermostat: device('Thermostat'),
  lock: device('Front door lock'),
  sensor: device('Climate'),
  timeline: async (page) => {
    await go(page, 'Timeline')
    await page.getByRole('article').first().waitFor()
  },
  'what happened': async (page) => {
    // A phone shows one side at a time.
    const side = page.getByRole('radiogroup', { name: 'Show' })
    if (await side.isVisible()) await side.getByText('What happened').click()
    await page.getByRole('list', { name: 'What happened' }).getByRole('listitem').first().waitFor()
  },
  past: async (page) => {
    await page.getByRole('slider', { name: 'Moment' }).press('Shift+ArrowLeft')
    await page.getByText('You are looking at').waitFor()
  },
  'two moments': async (page) => {
    await page.getByRole('slider', { name: 'Moment' }).press('Home')
    await page.locator('[role="slider"][aria-valuenow="1"]').waitFor()
    await page.getByRole('button', { name: 'Compare with another moment' }).click()
    await page.getByRole('slider', { name: 'Moment' }).press('End')
    await page.getByRole('region', { name: 'What differs' }).getByRole('listitem').first().waitFor()
  },
  'the history': async (page) => {
    await page.getByRole('link', { name: 'Check or download it' }).click()
    await page.getByRole('button', { name: 'Check all of it now' }).click()
    await page.getByText(/^All [\d,]+ events are as they were written/).waitFor()
    await page.getByText('What this proves').click()
  },
  'a part of the past': async (page) => {
    await go(page, 'Timeline')
    await page.getByRole('button', { name: 'Mark a part of the past' }).click()
    await page.getByRole('region', { name: 'Mark a part of the past' }).getByLabel('Name').fill((marked.name = `Odd ${++marked.count}`))
  },
  incidents: async (page) => {
    await page.getByRole('button', { name: 'Mark it' }).click()
    await page.getByRole('link', { name: 'Share it, or save it as a test' }).click()
    const card = page.getByRole('region', { name: marked.name, exact: true })
    await card.getByRole('button', { name: 'Share…' }).click()
    await card.getByRole('button', { name: 'Make a link' }).click()
    marked.link = await card.getByRole('group', { name: 'Link', exact: true }).locator('code').textContent()
  },
  energy: async (page) => {
    await go(page, 'Energy')
    await page.getByRole('region', { name: 'Used' }).getByText(/kWh/).first().waitFor()
  },
  rules: async (page) => {
    await go(page, 'Rules')
    await page.getByRole('region', { name: 'No rules yet' }).waitFor()
  },
  'a new rule': async (page) => {
    await page.getByRole('button', { name: /finds water$/ }).click()
    await page.getByRole('region', { name: 'The last 30 days' }).getByText('would have fired').first().waitFor()
  },
  'a rule that opens': async (page) => {
    await go(page, 'Rules')
    await page.getByRole('link', { name: 'Add a rule' }).click()
    await page.getByRole('combobox', { name: 'Trigger 1', exact: true }).selectOption({ label: 'it is a time of day …' })
    await page.getByRole('combobox', { name: 'Action 1', exact: true }).selectOption({ label: 'unlock Front door lock in Hall' })
    await page.getByRole('checkbox', { name: /I let this rule open/ }).waitFor()
  },
  scenes: async (page) => {
    await go(page, 'Rules')
    await page.getByRole('navigation', { name: 'Rules and scenes' }).getByRole('link', { name: 'Scenes' }).click()
    await page.getByRole('heading', { level: 1, name: 'Scenes' }).waitFor()
  },
  ...Object.fromEntries(
    ['Modes', 'Tests'].map((name) => [
      name.toLowerCase(),
      async (page) => {
        await page.getByRole('navigation', { name: 'Rules and scenes' }).getByRole('link', { name }).click()
        await page.getByRole('heading', { level: 1, name }).waitFor()
      },
    ]),
  ),
  rooms: (page) => go(page, 'Rooms'),
  gateways: async (page) => {
    await go(page, 'Gateways')
    await page.getByRole('button', { name: 'Add a gateway' }).click()
    await page.getByRole('group', { name: 'Command', exact: true }).waitFor()
  },
  'a gateway': async (page) => {
    await page.getByRole('link', { name: /health, new devices, settings/ }).first().click()
    await page.getByRole('region', { name: 'Health' }).getByText(/is wrong|are wrong|something to know/).waitFor()
    await page.getByRole('button', { name: 'Show the log' }).click()
    await page.getByRole('list', { name: 'Lines of the log' }).waitFor()
  },
  people: async (page) => {
    await go(page, 'People')
    await page.getByRole('button', { name: 'Make a link' }).waitFor()
  },
  menu: async (page) => {
    await go(page, 'Home')
    await page.getByRole('button', { name: /homes and settings/ }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).waitFor()
  },
  account: async (page) => {
    await page.goto(`${base}/account`)
    await page.getByRole('button', { name: 'Make a token' }).waitFor()
  },
}

/** What somebody sees who is not signed in. */
const doors = {
  welcome: async (page) => {
    await page.goto(base)
    await page.getByRole('heading', { name: 'Welcome to Logis' }).waitFor()
  },
  'used link': async (page) => {
    await page.goto(link)
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
  },
  'a shared incident': async (page) => {
    await page.goto(marked.link)
    await page.getByRole('heading', { name: marked.name }).waitFor()
    await page.getByText('Everything that happened').or(page.getByText('Nothing happened in it')).first().waitFor()
  },
  nowhere: async (page) => {
    await page.goto(`${base}/nowhere`)
    await page.getByRole('heading', { name: 'Nothing lives here' }).waitFor()
  },
}

/** Each fault with the first place it was seen in. */
const told = (violations) => violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html} ${v.nodes[0].failureSummary}`)

/** Judges the page as it stands, in one of the themes: pages follow the system's. */
async function judge(page, name, theme) {
  await page.emulateMedia({ colorScheme: theme })
  await page.locator(`html[data-mantine-color-scheme="${theme}"]`).waitFor({ state: 'attached' })
  await page.evaluate(() => window.scrollTo(0, 0)) // what lies under the header is seen by scrolling
  await settled(page)
  await shot(page, name)
  // Legacy mode judges without a second page; it only leaves out frames of other hosts, and there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations } = await (theme === 'dark' ? axe.withRules(colours) : axe.withTags(rules)).analyze()
  assert.deepEqual(told(violations), [])
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.ok(wide <= screen, `the page is ${wide} wide on a screen of ${screen}`)
  assert.deepEqual(page.context().faults, [])
}

describe('everybody can use', () => {
  let browser
  before(async () => {
    browser = await launch()
    await (await home(browser)).context().close() // whoever comes first uses the link up
  })
  after(() => browser?.close())

  for (const small of [false, true]) {
    const screen = small ? 'phone' : 'desk'
    describe(`on a ${screen}`, () => {
      let inside, outside
      before(async () => {
        inside = await home(browser, { small })
        outside = await (await context(browser, { small, signedIn: false })).newPage()
      })
      after(() => Promise.all([inside, outside].map((page) => page?.context().close())))

      for (const [places, page] of [[pages, () => inside], [doors, () => outside]]) {
        for (const [name, come] of Object.entries(places)) {
          it(`${name}, on a ${screen}, light and dark`, async () => {
            await come(page())
            for (const theme of ['light', 'dark']) await judge(page(), `${name}-${theme}-${screen}`.replaceAll(' ', '-'), theme)
          })
        }
      }
    })
  }
})
