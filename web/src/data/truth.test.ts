import { describe, expect, it } from 'vitest'
import { at, command, twin } from '../testing/samples'
import { intended, newestCommand, progressOf, reachOf, tickFor, troubleFor } from './truth'

const done = command({ status: 'succeeded', ended: { seq: 14, at: at(0) } })
const failed = command({ status: 'failed', ended: { seq: 14, at: at(0) } })

describe('progress', () => {
  it('is confirmed only when the device itself said what was wanted', () => {
    expect(progressOf(twin(true, 13), done, undefined, 0)?.kind).toBe('confirmed')
    expect(progressOf(twin(false, 9), done, undefined, 0)?.kind).toBe('carried-out')
  })

  it('shows the tick for a moment and then is quiet', () => {
    expect(progressOf(twin(true, 13), done, undefined, tickFor)).toBeNull()
  })

  it('follows a command on its way', () => {
    expect(progressOf(twin(false, 9), command(), undefined, 0)?.kind).toBe('asked')
    expect(progressOf(twin(false, 9), command({ status: 'sent' }), undefined, 0)?.kind).toBe('sent')
    expect(progressOf(twin(false, 9), command({ status: 'delivered' }), undefined, 0)?.kind).toBe('delivered')
  })

  it.each(['failed', 'rejected', 'expired', 'unknown'] as const)('shows that a command is %s', (status) => {
    expect(progressOf(twin(false, 9), { ...failed, status }, undefined, 0)?.kind).toBe('trouble')
  })

  it('forgets trouble when the device is heard afterwards, or after a while', () => {
    expect(progressOf(twin(true, 15), failed, undefined, 0)).toBeNull()
    expect(progressOf(twin(false, 9), failed, undefined, troubleFor)).toBeNull()
  })

  it('puts the wish of this page before everything', () => {
    const ask = { state: 'asking', request: { set: { onOff: true } } } as const
    expect(progressOf(twin(false, 9), failed, ask, 0)?.kind).toBe('asking')
  })

  it('of an action is judged by what the action desires', () => {
    const closing = command({ set: {}, action: 'downOrClose', status: 'succeeded', ended: { seq: 14, at: at(0) } })
    const p = { desired: { value: 100, version: 11, command: 'c1', at: at(0), open: false } }
    const said = (value: number) =>
      twin(null, 13, { properties: { lift: { ...p, reported: { value, at: at(0), since: at(0), seq: 13, cause: null } } } })
    expect(progressOf(said(100), closing, undefined, 0)?.kind).toBe('confirmed')
    expect(progressOf(said(40), closing, undefined, 0)?.kind).toBe('carried-out')
  })

  it('of the past is told by what the twin desires', () => {
    expect(progressOf(twin(false, 9, { delta: { onOff: true } }), undefined, undefined, 0)?.kind).toBe('asked')
  })
})

describe('reach', () => {
  it('is lost with the page, with the gateway, or with the device alone', () => {
    expect(reachOf(twin(true, 9), null, at(1)).kind).toBe('cut-off')
    expect(reachOf(twin(true, 9), at(0), null).kind).toBe('gateway-away')
    const lost = twin(true, 9, { available: { is: false, since: at(0), seq: 8 } })
    expect(reachOf(lost, null, null).kind).toBe('unreachable')
    expect(reachOf(twin(true, 9), null, null).kind).toBe('here')
  })
})

describe('what is intended', () => {
  it('is the newest of: asked here, open wish, reported', () => {
    const open = twin(false, 9, { delta: { onOff: true } })
    expect(intended({ twin: twin(false, 9), ask: undefined }, 'onOff')).toBe(false)
    expect(intended({ twin: open, ask: undefined }, 'onOff')).toBe(true)
    const ask = { state: 'asking', request: { set: { onOff: false } } } as const
    expect(intended({ twin: open, ask }, 'onOff')).toBe(false)
  })
})

describe('the newest command', () => {
  it('is of this device and neither replaced nor withdrawn', () => {
    const older = command({ id: 'a', requested: { seq: 5, at: at(0) } })
    const replaced = command({ id: 'b', status: 'superseded', requested: { seq: 7, at: at(0) } })
    const other = command({ id: 'c', device: 'plug', requested: { seq: 8, at: at(0) } })
    expect(newestCommand('lamp', [older, replaced, other])?.id).toBe('a')
  })
})
