const ways = ['restart', 'single', 'queued', 'parallel'] as const
/** What becomes of a trigger while the rule waits; single for a word that is none. */
export const concurrencyOf = (word: string) => ways.find((way) => way === word) ?? 'single'
