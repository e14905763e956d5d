import { describe, expect, it } from 'vitest'
import { lamp, picture } from '../testing/samples'
import { partAt } from './reasons'
import { actionWords, conditionWords, deviceWords, ruleWords, suggestedName, type Things, triggerWords } from './rules'
import { daysWords, durationWords, listed } from './spans'

const things: Things = {
  picture: picture({ devices: new Map([['lamp', lamp()], ['desk', lamp({ id: 'desk', name: 'Desk lamp', room: 'kitchen' })]]) }),
  rules: [{ id: 'r', name: 'Good night' }],
  scenes: [{ id: 's', name: 'Evening' }],
  modes: [{ mode: 'away', name: 'Away' }],
  webhooks: [{ id: 'w', name: 'Diary' }],
}

describe('a rule', () => {
  it('is one plain sentence', () => {
    expect(
      ruleWords(
        {
          triggers: [{ property: { device: 'desk', property: 'onOff', to: true, for_ms: 60_000 } }, { sun: { event: 'sunset', offset_minutes: -20 } }],
          condition: { all: [{ sun: { is: 'down' } }, { not: { mode: { is: ['away'] } } }] },
          actions: [{ command: { device: 'lamp', set: { onOff: true } } }, { delay: { ms: 300_000 } }, { scene: { scene: 's' } }, { notify: {} }],
        },
        things,
      ),
    ).toBe(
      'When Desk lamp in Kitchen turns on, for 1 minute or it is 20 minutes before sunset, and the sun is down and it is not so that the home is set to Away: ' +
        'turn on Kitchen lamp, then wait 5 minutes, then activate the scene “Evening”, then tell the owners',
    )
  })

  it('is said as people do: what a wish is toward, and several at once', () => {
    const asks = (set: Record<string, unknown>) => actionWords({ command: { device: 'lamp', set } }, things)
    expect(asks({ onOff: false })).toBe('turn off Kitchen lamp')
    expect(asks({ currentLevel: 60 })).toBe('set brightness of Kitchen lamp to 60 %')
    expect(asks({ occupiedHeatingSetpoint: 21 })).toBe('let Kitchen lamp heat to 21')
    expect(asks({ currentLevel: 60, onOff: true })).toBe('let Kitchen lamp turn on and set brightness to 60 %')
  })

  it('names what is gone without failing', () => {
    expect(actionWords({ webhook: { webhook: 'w' } }, things)).toBe('call the webhook “Diary”')
    expect(actionWords({ webhook: { webhook: 'x' } }, things)).toBe('call a webhook')
    expect(triggerWords({ property: { device: 'x', property: 'onOff', to: false } }, things)).toBe('a device that is gone turns off')
    expect(triggerWords({ rule: { rule: 'x' } }, things)).toBe('the rule “that is gone” fires')
    expect(conditionWords({ mode: { is: ['x'] } }, things)).toBe('the home is set to a mode that is gone')
  })

  it('says a room only where the name does not', () => {
    expect([deviceWords('lamp', things), deviceWords('desk', things)]).toEqual(['Kitchen lamp', 'Desk lamp in Kitchen'])
  })

  it('gets a name no longer than there can be', () => {
    const document = { triggers: [{ time: { at: '07:00', days: [] } }], actions: [{ command: { device: 'lamp', set: { onOff: true } } }] }
    expect(suggestedName(document, things, 80)).toBe('Turn on Kitchen lamp when it is 07:00, every day')
    expect(suggestedName(document, things, 20)).toHaveLength(20)
    expect(suggestedName({ triggers: [], actions: [] }, things, 80)).toBe('')
  })

  it('finds the part of a condition that is blamed', () => {
    const sun = { sun: { is: 'down' } } as const
    expect(partAt({ all: [{ expression: 'true' }, { any: [{ not: sun }] }] }, 'condition.all[1].any[0].not')).toBe(sun)
    expect(partAt(sun, 'condition')).toBe(sun)
    expect(partAt(sun, 'condition.all[3]')).toBeUndefined()
  })
})

describe('spans', () => {
  it.each([[90_000, '90 seconds'], [60_000, '1 minute'], [7_200_000, '2 hours']])('of %i ms are %s', (ms, words) => expect(durationWords(ms)).toBe(words))
  it.each([[[], 'every day'], [['mon', 'tue', 'wed', 'thu', 'fri'], 'every weekday'], [['sun', 'sat'], 'at the weekend'], [['wed', 'mon'], 'on Monday and Wednesday']])(
    'of days %j are %s', (days, words) => expect(daysWords(days)).toBe(words),
  )
  it('are listed', () => expect([listed([], 'or'), listed(['a'], 'or'), listed(['a', 'b', 'c'], 'or')]).toEqual(['', 'a', 'a, b or c']))
})
