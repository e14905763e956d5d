/** What a browser is called, out of what it calls itself. */
export function agentWords(agent: string): string {
  const name = ['Firefox', 'Edg', 'Chrome', 'Safari'].find((word) => agent.includes(word))
  const place = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'].find((word) => agent.includes(word))
  return [name === 'Edg' ? 'Edge' : name ?? 'A browser', place && `on ${place}`].filter(Boolean).join(' ')
}
