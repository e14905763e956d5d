import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { becomes, go, home, lamp, launch, shot, tap, tile } from './support.mjs'

const moment = (page) => page.getByRole('slider', { name: 'Moment' })
const place = async (page) => Number(await moment(page).getAttribute('aria-valuenow'))
const stretch = (page) => page.getByRole('combobox', { name: 'How much of the past' }).inputValue().then(Number)

/** Waits until the slider stands at an event, or at one that a test accepts. */
const standsAt = (page, seq) => page.locator(`[role="slider"][aria-valuenow="${seq}"]`).waitFor()
const stands = (page, fits) => becomes(async () => fits(await place(page)), true, 'the place of the slider')

/** A phone shows one side at a time. */
async function show(page, side) {
  const sides = page.getByRole('radiogroup', { name: 'Show' })
  if (await sides.isVisible()) await sides.getByText(side, { exact: true }).click()
}

describe('the past', () => {
  let browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  for (const small of [false, true]) {
    const screen = small ? 'phone' : 'desk'
    describe(`on a ${screen}`, () => {
      let page, name, on
      before(async () => {
        page = await home(browser, { small })
        name = await lamp(page)
        on = await tap(page, name)
        await go(page, 'Timeline')
        await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
      })
      after(() => page?.context().close())

      it(`is scrubbed, zoomed to a second and moved, on a ${screen}`, async () => {
        const box = await moment(page).boundingBox()
        await page.mouse.click(box.x + box.width * 0.6, box.y + 20)
        await page.getByText('You are looking at').waitFor()
        await page.mouse.move(box.x + box.width * 0.6, box.y + 20)
        for (let i = 0; i < 40 && (await stretch(page)) > 60_000; i++) await page.mouse.wheel(0, -240)
        await becomes(async () => (await stretch(page)) <= 60_000, true, 'the wheel shows it closer')
        await moment(page).focus()
        for (let i = 0; i < 12 && (await stretch(page)) > 1000; i++) await page.keyboard.press('+')
        await becomes(() => stretch(page), 1000)
        await page.keyboard.press('[')
        await page.keyboard.press('-')
        await becomes(() => stretch(page), 2000)
        await page.getByRole('combobox', { name: 'How much of the past' }).selectOption('Year')
        await shot(page, `scrubber-${screen}`)
      })

      it(`is stepped through and played at a thousand times, on a ${screen}`, async () => {
        await moment(page).press('Home')
        await standsAt(page, 1)
        await page.keyboard.press('ArrowRight')
        await standsAt(page, 2)
        await page.getByRole('combobox', { name: 'Speed' }).selectOption('1,000×')
        await page.getByRole('button', { name: 'Play', exact: true }).click()
        await stands(page, (seq) => seq > 8)
        await moment(page).press('Home')
        await page.getByRole('button', { name: 'Pause' }).click()
      })

      it(`goes to a time, on a ${screen}`, async () => {
        await page.getByRole('button', { name: 'Go to a time' }).click()
        const field = page.getByLabel('Date and time at home')
        await field.fill(await field.getAttribute('min'))
        await page.getByRole('button', { name: 'Go there' }).click()
        await stands(page, (seq) => seq > 0 && seq < 200)
        await page.getByText('You are looking at').waitFor()
      })

      it(`is told by two clocks, on a ${screen}`, async () => {
        const clocks = page.getByRole('radiogroup', { name: 'Which past' })
        await page.getByRole('status').filter({ hasText: /told late|Told only later/ }).waitFor()
        await clocks.getByText('What was true').click()
        await page.getByRole('status').filter({ hasText: /told late|learned this only later/ }).waitFor()
        await clocks.getByText('What Logis knew').click()
      })

      it(`says why, and what followed, on a ${screen}`, async () => {
        await go(page, 'Home')
        await tile(page, name).getByRole('link').first().click()
        await page.getByRole('region', { name: 'What happened' }).getByRole('link', { name: new RegExp(`^You asked .* to turn ${on ? 'on' : 'off'}$`) }).first().click()
        await page.getByText('You are looking at').waitFor()
        await show(page, 'What happened')
        const followed = page.getByRole('list', { name: 'What followed' })
        await followed.getByRole('button').first().waitFor()
        await shot(page, `followed-${screen}`)
        const asked = await place(page)
        await followed.getByRole('button').first().evaluate((button) => button.scrollIntoView({ block: 'center' }))
        await followed.getByRole('button').first().click()
        await stands(page, (seq) => seq > asked)
        await page.getByRole('list', { name: 'Why' }).getByText('because').first().waitFor()
        await show(page, 'The home')
      })

      it(`is compared, room by room, on a ${screen}`, async () => {
        await moment(page).press('Home')
        await standsAt(page, 1)
        await page.getByRole('button', { name: 'Compare with another moment' }).click()
        const card = page.getByRole('region', { name: 'What differs' })
        await card.getByText('Now go to the other moment').waitFor()
        await moment(page).press('End')
        await card.getByRole('listitem').filter({ hasText: name }).first().waitFor()
        assert.ok((await card.getByRole('heading', { level: 3 }).count()) > 1, 'more than one room')
        await shot(page, `compared-${screen}`)
        await card.getByRole('button', { name: 'Stop comparing' }).click()
        await card.waitFor({ state: 'detached' })
      })

      it(`is checked and downloaded, on a ${screen}`, async () => {
        await page.getByRole('link', { name: 'Check or download it' }).click()
        await page.getByRole('heading', { level: 1, name: 'Your history' }).waitFor()
        await page.getByRole('button', { name: 'Check all of it now' }).click()
        await page.getByText(/^All [\d,]+ events are as they were written/).waitFor()
        const coming = page.waitForEvent('download')
        await page.getByRole('button', { name: 'Download', exact: true }).click()
        const lines = (await readFile(await (await coming).path(), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line))
        assert.equal(lines[0].format, 'logis export v1')
        assert.deepEqual(lines.slice(1).map(({ seq }) => seq), Array.from({ length: lines[0].seq }, (_, i) => i + 1))
        await page.getByText('The file is in your downloads').waitFor()
        await shot(page, `proof-${screen}`)
        assert.deepEqual(page.context().faults, [])
      })

      if (small) return // the line is the same
      it('goes on with a download that was cut', async () => {
        let cut = 0
        // The first part is made small, so that there is something to go on with.
        await page.route('**/export*', async (route) => {
          const url = new URL(route.request().url())
          if (!url.searchParams.has('cursor')) {
            const answer = await route.fetch()
            const text = (await answer.text()).split('\n')
            const end = Number(answer.headers()['end-seq'])
            return route.fulfill({ response: answer, body: `${text.slice(0, 4).join('\n')}\n`, headers: { ...answer.headers(), 'last-seq': '3', 'next-cursor': `after=3&end=${end}` } })
          }
          if (cut++ < 4) return route.abort()
          const answer = await route.fetch({ url: `${url.origin}${url.pathname}?after=3` })
          return route.fulfill({ response: answer })
        })
        await page.clock.install()
        await page.getByRole('button', { name: 'Download', exact: true }).click()
        for (let i = 0; i < 4; i++) await page.clock.runFor(6000)
        await page.getByText('The line was cut after 3 of').waitFor()
        const coming = page.waitForEvent('download')
        await page.getByRole('button', { name: 'Go on' }).click()
        const lines = (await readFile(await (await coming).path(), 'utf8')).trimEnd().split('\n').slice(1).map((line) => JSON.parse(line).seq)
        assert.deepEqual(lines, lines.map((_, i) => i + 1))
        await page.unrouteAll()
      })
    })
  }
})
