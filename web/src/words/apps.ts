/** What an app that acts for somebody may do, as "It may …". */
const rights: Record<string, string> = {
  'home.read': 'see rooms, devices and how things are',
  'home.edit': 'rename and move rooms and devices',
  'history.read': 'see what happened in the past',
  'audit.read': 'see what the people of the home did',
  'device.command': 'ask devices to do something',
  'gateways.manage': 'let gateways in and steer them',
  'gateways.inspect': 'look into gateways and their logs',
  'rules.edit': 'change rules, scenes and modes',
  'rules.grant': 'let rules open doors and locks',
  'members.read': 'see who belongs to the home',
}

/** Kinds of commands, the dangerous ones last. */
export const commandKinds = [
  { letter: 'C', words: 'lights, blinds and scenes', careful: false },
  { letter: 'D', words: 'temperatures and settings', careful: false },
  { letter: 'E', words: 'what is done once, like a pulse or a feeder', careful: false },
  { letter: 'F', words: 'long jobs, like an update', careful: true },
  { letter: 'B', words: 'lock, close and arm', careful: true },
  { letter: 'A', words: 'unlock, open and disarm', careful: true },
] as const

export type Letter = (typeof commandKinds)[number]['letter']

/** A right in words; one that is newer than these words, by its name. */
export const rightWords = (action: string) => rights[action] ?? action

/** All that an app may do, as one sentence. */
export function grantWords({ actions, classes }: { actions: string[]; classes: Letter[] }): string {
  const kinds = commandKinds.filter(({ letter }) => classes.includes(letter)).map(({ words }) => words)
  const may = actions.map((action) => (action === 'device.command' ? `steer ${kinds.join('; ')}` : rightWords(action)))
  return `It may ${may.join(', ')}.`
}

/** The kinds that are chosen before a person looks: what an app asks for, but nothing that opens or locks. */
export function chosenFirst(asked: Letter[]): Letter[] {
  const wanted: Letter[] = asked.length > 0 ? asked : ['C']
  return commandKinds.filter(({ letter, careful }) => !careful && wanted.includes(letter)).map(({ letter }) => letter)
}
