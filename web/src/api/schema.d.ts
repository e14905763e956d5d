// The shapes of the HTTP interface. Replaced by `npm run generate`.

type Id = { path: { home: string } }
type Keyed = { header: { 'Idempotency-Key': string } }
type Matched = { header: { 'If-Match': string } }
type Json<T> = { headers: object; content: { 'application/json': T } }
type Operation<Parameters, Body, Status extends number, Answer> = {
  parameters: Parameters
  requestBody: { content: { 'application/json': Body } }
  responses: Record<Status, Json<Answer>> & { default: { headers: object; content: { 'application/problem+json': components['schemas']['Problem'] } } }
}
type Read<Parameters, Answer> = {
  parameters: Parameters
  responses: { 200: Json<Answer>; default: { headers: object; content: { 'application/problem+json': components['schemas']['Problem'] } } }
}
type List<T> = { items: T[] }
type S = components['schemas']

export interface paths {
  '/session': {
    get: Read<object, S['Session']>
    post: Operation<object, { link: string }, 201, S['Session']>
    delete: Read<object, undefined>
  }
  '/homes': {
    get: Read<object, List<S['Home']>>
    post: Operation<Keyed, { name: string; time_zone: string }, 201, S['Home']>
  }
  '/homes/{home}': {
    get: Read<Id, S['Home']>
    patch: Operation<Id & Matched, { name: string }, 200, S['Home']>
  }
  '/homes/{home}/rooms': {
    get: Read<Id, List<S['Room']>>
    post: Operation<Id & Keyed, { name: string }, 201, S['Room']>
  }
  '/homes/{home}/rooms/{room}': {
    patch: Operation<{ path: { home: string; room: string } } & Matched, { name: string }, 200, S['Room']>
    delete: Read<{ path: { home: string; room: string } } & Matched, undefined>
  }
  '/homes/{home}/devices': { get: Read<Id, List<S['Device']>> }
  '/homes/{home}/devices/{device}': {
    get: Read<{ path: { home: string; device: string } }, S['Device']>
    patch: Operation<
      { path: { home: string; device: string } } & Matched,
      { name?: string; room?: string | null },
      200,
      S['Device']
    >
    delete: Read<{ path: { home: string; device: string } } & Matched, undefined>
  }
  '/homes/{home}/twins': { get: Read<Id, { seq: number; now: string; items: S['Twin'][] }> }
  '/homes/{home}/devices/{device}/commands': {
    post: Operation<{ path: { home: string; device: string } } & Keyed, S['CommandRequest'], 202, S['Command']>
  }
  '/homes/{home}/commands': {
    get: Read<
      Id & { query?: { device?: string; open?: boolean; before?: number; limit?: number } },
      { items: S['Command'][]; next: string | null }
    >
  }
  '/homes/{home}/commands/{command}': {
    get: Read<{ path: { home: string; command: string } }, S['Command']>
    delete: Read<{ path: { home: string; command: string } }, S['Command']>
  }
  '/homes/{home}/events': {
    get: Read<
      Id & {
        query?: {
          after?: number
          before?: number
          order?: 'asc' | 'desc'
          limit?: number
          entity?: string
          type?: string
          cursor?: string
        }
      },
      { items: S['Event'][]; next: string | null; head: number }
    >
  }
  '/homes/{home}/events/{seq}': { get: Read<{ path: { home: string; seq: number } }, S['Event']> }
  '/homes/{home}/state': { get: Read<Id & { query?: { seq?: number; at?: string } }, S['Picture']> }
  '/homes/{home}/film': { get: Read<Id & { query: { from: number; limit?: number } }, S['Film']> }
  '/homes/{home}/density': {
    get: Read<Id & { query?: { from?: string; to?: string; buckets?: number } }, S['Density']>
  }
  '/homes/{home}/gateways': { get: Read<Id, List<S['Gateway']>> }
  '/homes/{home}/gateways/claims': {
    post: Operation<Id & Keyed, Record<string, never>, 201, { claim: string; expires_at: string }>
  }
}

export interface components {
  schemas: {
    Problem: {
      type?: string
      title: string
      status: number
      code: string
      detail?: string
      errors?: { field: string; message: string }[] | null
    }
    Session: { person: { id: string; name: string }; expires_at: string }
    Home: {
      id: string
      name: string
      time_zone: string
      role: string
      revision: number
      head: { seq: number; hash: string }
      since: string
    }
    Room: { id: string; name: string; revision: number }
    Schema: {
      title: string
      type: string
      unit?: string
      minimum?: number
      maximum?: number
      multipleOf?: number
      enum?: unknown[]
      read_only: boolean
      class?: string
    }
    Affordances: {
      properties: Record<string, S['Schema']>
      actions: Record<string, { title: string; class: string; input?: unknown }>
      events: Record<string, { title: string }>
    }
    Device: {
      id: string
      name: string
      kind: string
      model: string
      capabilities: string[]
      room: string | null
      gateway: string
      address: string
      attributes: Record<string, string>
      revision: number
      since: string
      affordances: S['Affordances']
    }
    Reported: { value: unknown; at: string; since: string; seq: number; cause: number | null }
    Desired: { value: unknown; version: number; command: string; at: string; open: boolean }
    Twin: {
      device: string
      revision: number
      available: { is: boolean; since: string; seq: number } | null
      properties: Record<string, { reported: S['Reported'] | null; desired: S['Desired'] | null }>
      signals: Record<string, { data?: unknown; at: string; seq: number }>
      delta: Record<string, unknown>
    }
    Gateway: {
      id: string
      name: string
      connected: boolean
      since: string
      version: string
      session: number
      epoch: number
      cursor: number
      key_fingerprint: string
      revision: number
    }
    Actor: { kind: 'person' | 'gateway' | 'system' | 'rule'; id: string | null; name: string | null }
    Step: { seq: number; at: string }
    CommandRequest: { set?: Record<string, unknown>; action?: string; input?: unknown; ttl_ms?: number }
    Command: {
      id: string
      device: string
      gateway: string
      class: string
      set?: Record<string, unknown> | null
      action?: string | null
      input?: unknown
      actor: S['Actor']
      status: string
      reason?: string | null
      observed?: Record<string, unknown> | null
      deadline: string | null
      requested: S['Step']
      sent: S['Step'] | null
      delivered: S['Step'] | null
      ended: S['Step'] | null
      sends: number
      correlation: number
    }
    Event: {
      seq: number
      id: string
      type: string
      entity: string
      occurred_at: string
      recorded_at: string
      actor: S['Actor']
      causation: number | null
      correlation: number | null
      model: string | null
      edge: { gateway: string; epoch: number; seq: number } | null
      historic: boolean
      inferred: boolean
      snapshot: boolean
      data: Record<string, unknown>
      words: string | null
      hash: string
    }
    Picture: {
      seq: number
      at: string
      home: S['Home']
      rooms: S['Room'][]
      devices: S['Device'][]
      twins: S['Twin'][]
      gateways: S['Gateway'][]
    }
    Frame: {
      event: S['Event']
      twin: S['Twin'] | null
      device: S['Device'] | null
      room?: S['Room'] | null
      gateway?: S['Gateway'] | null
    }
    Film: { from: number; to: number; head: number; frames: S['Frame'][] }
    Density: { from: string; to: string; bucket_ms: number; buckets: { first_seq: number; count: number }[] }
  }
}
