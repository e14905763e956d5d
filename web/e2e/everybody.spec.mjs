import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { go, home, lamp, launch, shot, tile } from './support.mjs'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Every page of a home, and how to come there. */
const pages = {
  home: () => undefined,
  timeline: (page) => go(page, 'Timeline'),
  past: async (page) => {
    await go(page, 'Timeline')
    await page.getByRole('slider', { name: 'Moment' }).press('Shift+ArrowLeft')
    await page.getByText('You are looking at').waitFor()
  },
  rooms: (page) => go(page, 'Rooms'),
  gateways: async (page) => {
    await go(page, 'Gateways')
    await page.getByRole('button', { name: 'Add a gateway' }).click()
    await page.getByRole('group', { name: 'Command', exact: true }).waitFor()
  },
  device: async (page) => {
    const name = await lamp(page)
    await tile(page, name).getByRole('link', { name: `${name}: details` }).click()
    await page.getByRole('region', { name: 'What happened' }).getByRole('listitem').first().waitFor()
  },
  menu: (page) => page.getByRole('button', { name: /homes and settings/ }).click(),
}

/** Each fault with the first place it was seen in. */
const told = (violations) => violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html} ${v.nodes[0].failureSummary}`)

describe('every page', () => {
  let browser
  before(async () => (browser = await launch()))
  after(() => browser?.close())

  for (const dark of [false, true]) {
    for (const small of [false, true]) {
      const look = `${dark ? 'dark' : 'light'}, ${small ? 'phone' : 'desk'}`
      for (const [name, come] of Object.entries(pages)) {
        it(`can be used by everybody and fits: ${name}, ${look}`, async () => {
          const page = await home(browser, { dark, small })
          await page.getByRole('article').first().waitFor()
          await come(page)
          await page.waitForTimeout(250) // what fades in has faded in; contrast is judged afterwards
          await shot(page, `${name}-${look.replace(', ', '-')}`)
          const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
          assert.deepEqual(told(violations), [])
          const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
          assert.ok(wide <= screen, `the page is ${wide} wide on a screen of ${screen}`)
          assert.deepEqual(page.context().faults, [])
          await page.context().close()
        })
      }
    }
  }
})
