import { describe, expect, it } from 'vitest'
import type { RuleDocument } from '../api/types'
import { lamp } from '../testing/samples'
import { fromFile, toFile, unshared, withDevices } from './file'

const document: RuleDocument = {
  triggers: [{ property: { device: 'lamp', property: 'onOff', to: true } }, { gateway: { gateway: 'g', change: 'lost' } }],
  condition: { all: [{ not: { property: { device: 'lamp', property: 'currentLevel', above: 5 } } }, { sun: { is: 'down' } }] },
  actions: [{ command: { device: 'other', set: { onOff: false } } }, { scene: { scene: 's' } }],
}
const devices = new Map([['lamp', lamp()], ['other', lamp({ id: 'other', name: 'Anna’s lamp' })]])
const file = toFile('A rule', document, devices, () => 'Light')

describe('a rule as a file', () => {
  it('holds nothing of this home: no device, no name, no scene, no gateway', () => {
    for (const own of ['"lamp"', 'other', 'Anna', '"g"', '"s"']) expect(file).not.toContain(own)
    expect(unshared(document)).toEqual(['a trigger', 'an action'])
  })

  it('comes back whole once its devices are chosen', () => {
    const brought = fromFile(file)
    expect(brought?.name).toBe('A rule')
    expect(brought?.placeholders.map(({ id, label }) => [id, label])).toEqual([['device 1', 'Light'], ['device 2', 'Light']])
    const chosen: Record<string, string> = { 'device 1': 'lamp', 'device 2': 'other' }
    const { condition } = document
    expect(brought && withDevices(brought.document, (id) => chosen[id] ?? '')).toEqual({
      triggers: [document.triggers[0]], condition, actions: [document.actions[0]],
    })
  })

  it.each(['', '{}', 'null', '[]', '{"format":"logis rule"}', '{"format":"other","document":{"triggers":[],"actions":[]}}'])('is not %s', (words) =>
    expect(fromFile(words)).toBeNull(),
  )
})
