import type { Fault } from '../api/types'

/** The faults of a part, or of anything inside it. */
export const faultsAt = (faults: readonly Fault[], path: string) =>
  faults.filter(({ field }) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`))

const subjects: Record<string, string> = {
  above: 'The number', below: 'The number', hysteresis: 'The way back', to: 'The value', is: 'The value', is_not: 'The value',
  device: 'The device', property: 'The value', event: 'What it tells', for_ms: 'How long it must last', at: 'The time', after: 'The first time',
  before: 'The second time', line: 'The line', ms: 'The wait', expression: 'The expression', scene: 'The scene', gateway: 'The gateway',
  rule: 'The rule', sun: 'The sun', triggers: 'What makes it happen', actions: 'What is done', offset_minutes: 'The minutes', limit: 'The limit',
}

/** What is wrong, as a sentence. */
export function faultWords({ field, message }: Fault): string {
  const last = field.split('.').at(-1)?.replace(/\[\d+\]$/, '') ?? ''
  return `${subjects[last] ?? 'This'} ${message.replace(/(?<![.!?])$/, '.')}`
}
