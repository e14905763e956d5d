import type { Draft } from '../data/rules'
/** The last days with this rule. */
export function Backtest(_: { draft: Draft; ready: boolean }) {
  return null
}
