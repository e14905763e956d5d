import { expect, it } from 'vitest'
import { beforeWords, compareWords, dateIn, moneyWords, priceWords, stretchOf, usedWords } from './energy'

it('says how much was used and what it costs', () => {
  expect(usedWords({ kwh: 4.2, cost: 1.344 }, 'EUR')).toBe('4.2 kWh, €1.34')
  expect(usedWords({ kwh: 4.2, cost: null }, null)).toBe('4.2 kWh')
  expect(moneyWords(3, 'no')).toBe('3.00 no')
  expect(priceWords(0.32, { from: 22, to: 6, price: 0.21 }, 'EUR')).toBe('€0.32 and €0.21 from 22:00 to 06:00')
})

it('compares with the stretch before', () => {
  expect(compareWords(8, 10, beforeWords('2026-05-01', '2026-05-30'))).toBe('20 % less than in the 30 days before.')
  expect(compareWords(10.01, 10, beforeWords('2026-05-01', '2026-05-01'))).toBe('As much as in the day before.')
  expect(compareWords(1, 0, 'x')).toBe('Nothing was counted in x.')
})

it('knows the months and years up to today', () => {
  expect(stretchOf('month', 0, '2026-03-17')).toEqual({ from: '2026-03-01', to: '2026-03-17', by: 'day', words: 'March 2026' })
  expect(stretchOf('month', 1, '2026-03-31')).toMatchObject({ from: '2026-02-01', to: '2026-02-28' })
  expect(stretchOf('month', 3, '2026-03-17')).toMatchObject({ from: '2025-12-01', to: '2025-12-31' })
  expect(stretchOf('year', 1, '2026-03-17')).toEqual({ from: '2025-01-01', to: '2025-12-31', by: 'month', words: '2025' })
  expect(dateIn(Date.parse('2026-05-03T23:30:00Z'), 'Europe/Paris')).toBe('2026-05-04')
})
