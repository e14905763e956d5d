import createClient, { type Client } from 'openapi-fetch'
import { follow, type FollowOptions } from './follow.js'
import type { components, paths } from './schema'

export { Ended, type FollowOptions } from './follow.js'
export type { components, paths }

export type News = components['schemas']['News']

export interface Logis {
  /** Every operation of the OpenAPI document, checked at compile time. */
  api: Client<paths>
  /** What happens in a home, for as long as it is read; see follow. */
  follow(home: string, options?: FollowOptions): AsyncGenerator<News, never>
}

/** Returns a client of the Logis at url that comes with a token. */
export function connect(url: string, token: string): Logis {
  const origin = url.replace(/\/$/, '') + '/api/v1'
  const headers = { Authorization: `Bearer ${token}` }
  return {
    api: createClient<paths>({ baseUrl: origin, headers }),
    follow: (home, options) => follow(`${origin}/homes/${encodeURIComponent(home)}/events/stream`, headers, options),
  }
}

/** A new key that makes a request safe to send again: with the same key it happens once. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}
