import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, must, newKey, Refusal } from '../api/client'
import type { Command, CommandRequest } from '../api/types'
import { keys } from './keys'
import { type HomePicture, withCommands } from './picture'
import { forgetEverything } from './queries'

/** What became of the newest wish for a device before it was a command. */
export type Ask =
  | { state: 'asking'; request: CommandRequest }
  | { state: 'refused'; request: CommandRequest; code: string; message: string }

type Asks = Record<string, Ask>

/** Waits between the attempts to ask; the key makes repeating safe. */
const waits = [300, 1200]

/** Sends one wish, again when nobody answered, always with the same key. */
export async function sendCommand(
  home: string,
  device: string,
  body: CommandRequest,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
): Promise<Command> {
  const header = { 'Idempotency-Key': newKey() }
  for (let attempt = 0; ; attempt++) {
    try {
      return await must(
        api.POST('/homes/{home}/devices/{device}/commands', { params: { path: { home, device }, header }, body }),
      )
    } catch (error) {
      const wait = waits[attempt]
      if (!(error instanceof Refusal) || !error.unanswered || wait === undefined) throw error
      await pause(wait)
    }
  }
}

/** Asks devices of a home for something, and keeps what became of it. */
export function useAsk(home: string) {
  const queries = useQueryClient()
  const ask = useCallback(
    async (device: string, request: CommandRequest) => {
      const put = (ask: Ask | undefined) =>
        queries.setQueryData<Asks>(keys.asks(home), (held = {}) => {
          const { [device]: mine, ...others } = held
          if (ask?.state !== 'asking' && mine?.request !== request) return held // there is a newer wish
          return ask ? { ...others, [device]: ask } : others
        })
      put({ state: 'asking', request })
      try {
        const command = await sendCommand(home, device, request)
        queries.setQueryData<HomePicture>(keys.picture(home), (held) => held && withCommands(held, [command]))
        put(undefined)
      } catch (error) {
        const { code, message } =
          error instanceof Refusal ? error : { code: 'internal', message: 'Something went wrong on this page.' }
        put({ state: 'refused', request, code, message })
        if (error instanceof Refusal && error.status === 401) forgetEverything(queries)
      }
    },
    [home, queries],
  )
  return useCallback((device: string, request: CommandRequest) => void ask(device, request), [ask])
}

/** The wishes of this page that are not commands yet, by device. */
export function useAsks(home: string): Asks {
  const { data } = useQuery<Asks>({ queryKey: keys.asks(home), enabled: false, staleTime: Infinity, gcTime: Infinity })
  return data ?? noAsks
}

const noAsks: Asks = {}

/** Takes a refusal off the screen. */
export function useForgetAsk(home: string) {
  const queries = useQueryClient()
  return useCallback(
    (device: string) =>
      queries.setQueryData<Asks>(keys.asks(home), (held = {}) => {
        const { [device]: _, ...others } = held
        return others
      }),
    [home, queries],
  )
}
