/** The names under which answers are kept. */
export const keys = {
  account: (part: string) => ['account', part] as const,
  people: (home: string, part: string) => ['people', home, part] as const,
  session: ['session'] as const,
  homes: ['homes'] as const,
  picture: (home: string) => ['picture', home] as const,
  link: (home: string) => ['link', home] as const,
  asks: (home: string) => ['asks', home] as const,
  history: (home: string, entity: string) => ['history', home, entity] as const,
  recent: (home: string) => ['recent', home] as const,
  commands: (home: string, device: string) => ['commands', home, device] as const,
  event: (home: string, seq: number) => ['event', home, seq] as const,
  density: (home: string, from: string, to: string) => ['density', home, from, to] as const,
  reel: (home: string, index: number, upTo: number) => ['reel', home, index, upTo] as const,
  moment: (home: string, at: string) => ['moment', home, at] as const,
}
