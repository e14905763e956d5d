import createClient from 'openapi-fetch'
import type { paths } from './schema'
import type { Problem } from './types'

/** The typed client of the HTTP interface. */
export const api = createClient<paths>({
  baseUrl: `${location.origin}/api/v1`,
  credentials: 'same-origin',
  fetch: (request) => fetch(request), // looked up at each call
})

/** A refusal by the server, or no answer at all (status 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: { field: string; message: string }[] = [],
  ) {
    super(message)
    this.name = 'Refusal'
  }

  /** The server did not answer: nobody knows whether it did what was asked. */
  get unanswered(): boolean {
    return this.status === 0 || this.status >= 502
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** Returns what the server answered, or throws a Refusal. */
export async function must<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch {
    throw new Refusal(0, 'unreachable', 'Logis does not answer.')
  }
  if (answer.response.ok) return answer.data as T
  const problem = (answer.error ?? {}) as Partial<Problem>
  throw new Refusal(
    answer.response.status,
    problem.code ?? 'internal',
    problem.detail || problem.title || 'Something went wrong.',
    problem.errors ?? [],
  )
}

/** A new key that makes a POST safe to send again. Works without a secure context. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/** The header that says which revision a change was based on. */
export function ifMatch(revision: number) {
  return { 'If-Match': `"${revision}"` }
}
