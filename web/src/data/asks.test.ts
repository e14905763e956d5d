import { afterEach, describe, expect, it, vi } from 'vitest'
import { command } from '../testing/samples'
import { sendCommand } from './asks'

const answer = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

afterEach(() => vi.unstubAllGlobals())

function serve(...answers: (Response | Error)[]) {
  const keys: (string | null)[] = []
  vi.stubGlobal('fetch', (request: Request) => {
    keys.push(request.headers.get('Idempotency-Key'))
    const next = answers.shift() ?? new Error('nobody is there')
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
  })
  return keys
}

const send = () => sendCommand('home', 'lamp', { set: { onOff: true } }, () => Promise.resolve())

describe('asking for something', () => {
  it('is repeated with the same key when nobody answered', async () => {
    const keys = serve(new Error('cut'), answer(503, {}), answer(202, command()))
    await expect(send()).resolves.toMatchObject({ id: 'c1' })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[\x21-\x7e]{1,64}$/)
  })

  it('is never repeated when it was refused', async () => {
    const keys = serve(answer(409, { title: 'x', status: 409, code: 'edge_offline', detail: 'the gateway is away' }))
    await expect(send()).rejects.toMatchObject({ code: 'edge_offline', message: 'the gateway is away' })
    expect(keys).toHaveLength(1)
  })

  it('gives up in the end and says that nobody knows', async () => {
    serve()
    await expect(send()).rejects.toMatchObject({ code: 'unreachable', unanswered: true })
  })

  it('uses another key for another wish', async () => {
    const keys = serve(answer(202, command()), answer(202, command()))
    await send()
    await send()
    expect(new Set(keys).size).toBe(2)
  })
})
