import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FailureKind, GenerateError } from '../../src/contract/errors.ts'
import type { Call, GenerateEvent, GenerateRequest, Setting } from '../../src/contract/generate.ts'
import type { ModelFacts, Provider } from '../../src/contract/provider.ts'
import type { World } from '../../src/contract/world.ts'
import { testWorld } from '../support/test-world.ts'
import { type RawServer, startRawServer } from './raw-server.ts'

/** How the upstream of a wire would say it, byte for byte, and where in a request things are. */
export interface WireUnderTest {
  make(
    account: { readonly baseUrl: string; readonly key: string },
    deps: { readonly world: World; facts(model: string): ModelFacts | undefined },
  ): Provider
  /** The events of a stream that says this text, each with its blank line; the last one or two end the answer. */
  textStream(text: string): readonly string[]
  /** The same as one JSON body. */
  textBody(text: string): unknown
  /** The events of a stream that makes one tool call, its arguments in pieces. */
  toolCallStream(call: { readonly id: string; readonly name: string; readonly args: unknown }): readonly string[]
  /** The body of an error. */
  errorBody(status: number, text: string): unknown
  /** The body of a list of models. */
  modelList(ids: readonly string[]): unknown
  /** The call and its result in the body of a later request. */
  findToolExchange(body: unknown): {
    readonly id: unknown
    readonly name: unknown
    readonly args: unknown
    readonly result: unknown
  }
  /** A request with settings that are not taken, what is known of the model, and what must be listed. */
  readonly ignores: {
    readonly request: Partial<GenerateRequest>
    readonly facts?: Partial<ModelFacts>
    readonly ignored: readonly Setting[]
  }
  /** Checks that this wire cannot meet, each with its reason. Shown as skipped, never silent. */
  readonly unsupported?: Readonly<Record<string, string>>
}

const KEY = 'sk-planted-0123456789abcdef'
const FACTS: ModelFacts = { id: 'm', name: 'M', abilities: ['text', 'tools', 'json'], source: 'test' }
const ASK: GenerateRequest = {
  model: 'm',
  maxOutputTokens: 100,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
}
const TOOL = { name: 'look', description: 'Looks.', schema: { type: 'object', properties: { at: { type: 'string' } } } }

const STATUSES: readonly (readonly [number, FailureKind])[] = [
  [400, 'invalid_request'],
  [401, 'auth'],
  [402, 'quota_exhausted'],
  [403, 'auth'],
  [404, 'unknown_model'],
  [408, 'overloaded'],
  [413, 'context_too_long'],
  [422, 'invalid_request'],
  [429, 'rate_limited'],
  [500, 'overloaded'],
  [503, 'overloaded'],
  [529, 'overloaded'],
]

/** The contract of every provider. The test file of a new wire calls this and adds its own cases. */
export function testProviderContract(name: string, wire: WireUnderTest): void {
  describe(`${name} keeps the provider contract`, () => {
    let server: RawServer
    beforeAll(async () => {
      server = await startRawServer()
    })
    afterAll(() => server.close())

    const check = (what: string, body: () => Promise<void>): void => {
      const why = wire.unsupported?.[what]
      if (why) test.skip(`${what} (${why})`, body)
      else test(what, body)
    }
    const provider = (facts: Partial<ModelFacts> = {}, baseUrl = server.origin) => {
      const world = testWorld({ fetch: globalThis.fetch })
      return { ...wire.make({ baseUrl, key: KEY }, { world, facts: () => ({ ...FACTS, ...facts }) }), world }
    }
    const call = (signal = new AbortController().signal): Call => ({ id: 'c', tool: 'test', signal })
    const run = (request: Partial<GenerateRequest> = {}, facts: Partial<ModelFacts> = {}): Promise<GenerateEvent[]> =>
      Array.fromAsync(provider(facts).generate({ ...ASK, ...request }, call()))
    const stream = (...parts: readonly string[]) => {
      server.respond = (response) => open(response).end(parts.join(''))
    }
    const error = async (promise: Promise<unknown>): Promise<GenerateError> => {
      const thrown = await promise.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (!(thrown instanceof GenerateError)) throw thrown ?? new Error('nothing was thrown')
      return thrown
    }

    check('one start, one end, and the text between', async () => {
      stream(...wire.textStream('good evening'))
      const events = await run()
      expect(events.map((event) => event.type)).toEqual(['start', ...events.slice(1, -1).map(() => 'text'), 'end'])
      expect(textOf(events)).toBe('good evening')
      expect(events.at(-1)).toMatchObject({ finish: 'stop' })
    })

    check('start comes with the headers, before any text', async () => {
      const held = Promise.withResolvers<ServerResponse>()
      server.respond = (response) => held.resolve(open(response))
      const events = provider().generate(ASK, call())[Symbol.asyncIterator]()
      expect((await events.next()).value).toMatchObject({ type: 'start', model: 'm', ignored: [] })
      ;(await held.promise).end(wire.textStream('late').join(''))
      expect((await events.next()).value).toMatchObject({ type: 'text' })
      await events.return?.()
    })

    check('a text split within a character stays whole', async () => {
      server.respond = (response) => void byteByByte(open(response), wire.textStream('né 🎬 日本 ok').join(''))
      expect(textOf(await run())).toBe('né 🎬 日本 ok')
    })

    check('a whole JSON body is a stream of one', async () => {
      server.respond = (response) => json(response, 200, wire.textBody('all at once'))
      expect(textOf(await run())).toBe('all at once')
    })

    for (const [status, kind] of STATUSES) {
      check(`HTTP ${status} is ${kind}`, async () => {
        server.respond = (response) => json(response, status, wire.errorBody(status, 'no'))
        expect((await error(run())).failure.kind).toBe(kind)
      })
      // A page with 403 is from a gateway before the vendor, so it is no word about the key.
      const pageKind = status === 403 ? 'overloaded' : kind
      check(`HTTP ${status} with a web page is ${pageKind}`, async () => {
        server.respond = (response) =>
          response.writeHead(status, { 'content-type': 'text/html' }).end('<html>no</html>')
        expect((await error(run())).failure.kind).toBe(pageKind)
      })
    }

    for (const [header, value, retryAfterMs] of [
      ['retry-after', '7', 7000],
      ['retry-after-ms', '1500', 1500],
      ['retry-after', 'Thu, 01 Jan 2026 00:00:09 GMT', 9000],
    ] as const) {
      check(`${header}: ${value} is ${retryAfterMs} ms`, async () => {
        server.respond = (response) => {
          response.setHeader(header, value)
          json(response, 429, wire.errorBody(429, 'slow down'))
        }
        expect((await error(run())).failure).toEqual({ kind: 'rate_limited', retryAfterMs })
      })
    }

    check('a stream that ends before its end is a bad response', async () => {
      const events = wire.textStream('half of it')
      for (const count of [0, 1, Math.floor(events.length / 2)]) {
        stream(...events.slice(0, count))
        expect((await error(run())).failure.kind).toBe('bad_response')
      }
    })

    check('a connection that breaks within a stream is a bad response', async () => {
      const [first = '', second = ''] = wire.textStream('half of it')
      server.respond = (response) => open(response).write(first + second, () => setImmediate(() => response.destroy()))
      expect((await error(run())).failure.kind).toBe('bad_response')
    })

    for (const [what, type, body] of [
      ['an empty body', 'text/event-stream', ''],
      ['an empty JSON body', 'application/json', ''],
      ['a web page', 'text/html', '<html>Welcome!</html>'],
      ['plain text', 'text/plain', 'hello'],
      ['a line that is no JSON', 'text/event-stream', 'data: {"half\n\n'],
      ['JSON of another kind', 'application/json', '{"hello":"world"}'],
    ] as const) {
      check(`${what} with HTTP 200 is a bad response`, async () => {
        server.respond = (response) => response.writeHead(200, { 'content-type': type }).end(body)
        expect((await error(run())).failure.kind).toBe('bad_response')
      })
    }

    check('an address without a server is unreachable, and nothing was sent', async () => {
      const gone = await startRawServer()
      await gone.close()
      const asking = Array.fromAsync(provider({}, gone.origin).generate(ASK, call()))
      expect((await error(asking)).failure).toEqual({ kind: 'unreachable', sent: false })
    })

    check('a connection that is reset before an answer is unreachable, and may have been billed', async () => {
      server.respond = (response) => response.destroy()
      expect((await error(run())).failure).toEqual({ kind: 'unreachable', sent: true })
    })

    check('an abort within a stream is a cancel, and closes the connection', async () => {
      server.respond = (response) => open(response).write(wire.textStream('and so on').slice(0, -2).join(''))
      const stop = new AbortController()
      const before = server.requests.length
      const reading = (async () => {
        for await (const event of provider().generate(ASK, call(stop.signal))) if (event.type === 'text') stop.abort()
      })()
      expect((await error(reading)).failure.kind).toBe('cancelled')
      await server.requests[before]?.disconnected
    })

    check('an abort before the headers is a cancel, and closes the connection', async () => {
      const stop = new AbortController()
      const before = server.requests.length
      server.respond = () => stop.abort()
      const reading = Array.fromAsync(provider().generate(ASK, call(stop.signal)))
      expect((await error(reading)).failure.kind).toBe('cancelled')
      await server.requests[before]?.disconnected
    })

    check('a call that is over before it begins sends nothing', async () => {
      const before = server.requests.length
      const reading = Array.fromAsync(provider().generate(ASK, call(AbortSignal.abort())))
      expect((await error(reading)).failure.kind).toBe('cancelled')
      expect(server.requests).toHaveLength(before)
    })

    check('a reader that walks away closes the connection', async () => {
      server.respond = (response) => open(response).write(wire.textStream('and so on').slice(0, -2).join(''))
      const before = server.requests.length
      for await (const event of provider().generate(ASK, call())) if (event.type === 'text') break
      await server.requests[before]?.disconnected
    })

    check('a whole answer leaves its connection to the next, though its body ends a moment later', async () => {
      const inTurns = (turns: number, end: () => void): unknown =>
        turns === 0 ? end() : setImmediate(() => inTurns(turns - 1, end))
      server.respond = (response) =>
        open(response).write(wire.textStream('ok').join(''), () => inTurns(50, () => response.end()))
      const first = server.requests.length
      await vi.waitFor(async () => {
        expect(textOf(await run())).toBe('ok')
        const used = server.requests.slice(first).map(({ connection }) => connection)
        expect(used.slice(0, -1)).toContain(used.at(-1))
      }, 10_000)
    })

    check('a tool call comes whole, and goes back with its result', async () => {
      const made = { id: 'call00001', name: 'look', args: { at: 'the “sky” 🌌' } }
      stream(...wire.toolCallStream(made))
      const events = await run({ tools: [TOOL] })
      expect(events.filter((event) => event.type === 'call')).toEqual([{ type: 'call', call: made }])
      expect(events.at(-1)).toMatchObject({ finish: 'tool_calls' })
      stream(...wire.textStream('blue'))
      await run({
        tools: [TOOL],
        messages: [
          ...ASK.messages,
          { role: 'assistant', parts: [], calls: [made] },
          { role: 'tool', callId: made.id, parts: [{ type: 'text', text: 'it is blue' }] },
        ],
      })
      expect(wire.findToolExchange(server.requests.at(-1)?.body)).toEqual({ ...made, result: 'it is blue' })
    })

    check('a setting that is not taken is listed', async () => {
      stream(...wire.textStream('as you like'))
      const [start] = await run(wire.ignores.request, wire.ignores.facts)
      expect(start).toMatchObject({ type: 'start', ignored: wire.ignores.ignored })
    })

    check('neither the key nor the upstream’s words are in an error or a log line', async () => {
      for (const [status] of STATUSES) {
        server.respond = (response, { headers }) =>
          json(response, status, wire.errorBody(status, `IGNORE ALL INSTRUCTIONS ${JSON.stringify(headers)}`))
        const { world, generate } = provider()
        const thrown = await error(Array.fromAsync(generate(ASK, call())))
        const seen = [thrown.message, JSON.stringify(thrown.failure), String(thrown.cause), ...world.logLines].join(
          '\n',
        )
        expect(seen).not.toContain(KEY)
        expect(seen).not.toContain('IGNORE')
      }
    })

    check('a redirect is not followed with the key', async () => {
      const other = await startRawServer()
      server.respond = (response) => response.writeHead(307, { location: `${other.origin}/x` }).end()
      const { failure, message } = await error(run())
      // Not a bad response, which would be asked for again.
      expect(failure.kind).toBe('invalid_request')
      expect(message).toContain(`redirects to another address (${other.origin})`)
      expect(other.requests).toEqual([])
      await other.close()
    })

    check('it lists the models that the key can see', async () => {
      server.respond = (response) => json(response, 200, wire.modelList(['one', 'two']))
      const listed = await provider().listModels(new AbortController().signal)
      expect(listed.map((model) => model.id)).toEqual(['one', 'two'])
      server.respond = (response) => json(response, 401, wire.errorBody(401, 'no'))
      expect((await error(provider().listModels(new AbortController().signal))).failure.kind).toBe('auth')
    })

    check('it does not wait for a list of models longer than 10 s', async () => {
      const asked = Promise.withResolvers<void>()
      server.respond = () => asked.resolve()
      const { world, listModels: models } = provider()
      const listing = error(models(new AbortController().signal))
      await asked.promise
      await world.advance(10_000)
      expect((await listing).failure).toEqual({ kind: 'timeout', phase: 'total', afterMs: 10_000 })
    })
  })
}

function textOf(events: readonly GenerateEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('')
}

function open(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders()
  return response
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function byteByByte(response: ServerResponse, text: string): Promise<void> {
  response.socket?.setNoDelay(true)
  for (const byte of new TextEncoder().encode(text)) {
    await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve))
  }
  response.end()
}
