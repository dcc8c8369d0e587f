import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call, GenerateEvent, GenerateRequest } from '../../src/contract/generate.ts'
import type { Provider, Wire } from '../../src/contract/provider.ts'
import { createProvider } from '../../src/providers/index.ts'
import { testWorld } from '../support/test-world.ts'

const SERVER = process.env['LLAMA_SERVER'] ?? 'llama-server'
const ENGINE = join(import.meta.dirname, '../../../shared/data/engine')
const missing = [SERVER, join(ENGINE, 'stories260K-8k.gguf')].find((path) => !existsSync(path))

/** A real engine with real token counts. Its model writes toy sentences, because only the wire is tested. */
describe.skipIf(missing)(
  `a real llama-server${missing ? ` (skipped: no ${missing}; name one in LLAMA_SERVER)` : ''}`,
  () => {
    let origin = ''
    let stop = (): void => undefined

    beforeAll(async () => {
      const port = await freePort()
      const args = `-a tiny-stories --host 127.0.0.1 --port ${port} -t 1 -c 16384 -np 2 --no-webui --jinja --api-key the-key`
      const files = ['-m', join(ENGINE, 'stories260K-8k.gguf'), '--chat-template-file', join(ENGINE, 'tools.jinja')]
      const engine = spawn(SERVER, [...files, ...args.split(' ')], { stdio: ['ignore', 'ignore', 'pipe'] })
      stop = () => void engine.kill()
      origin = `http://127.0.0.1:${port}`
      // The server logs when it is ready.
      await new Promise<void>((resolve, reject) => {
        let said = ''
        engine.stderr.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-5000)
          if (/listening on http/.test(said)) resolve()
        })
        engine.once('exit', (code) => reject(new Error(`llama-server ended with ${code}: ${said}`)))
        engine.once('error', reject)
      })
    }, 30_000)
    afterAll(() => stop())

    const provider = (wire: Wire, key = 'the-key'): Provider => {
      const account = {
        id: 'llamacpp',
        wire,
        baseUrl: `${origin}${wire === 'anthropic' ? '' : '/v1'}`,
        key,
        local: true,
      }
      return createProvider(account, { world: testWorld({ fetch: globalThis.fetch }), facts: () => undefined })
    }
    const ask: GenerateRequest = {
      model: 'tiny-stories',
      maxOutputTokens: 40,
      seed: 1,
      temperature: 0,
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Once upon a time there was a cat.' }] }],
    }
    const run = (wire: Wire, more: Partial<GenerateRequest> = {}, signal = new AbortController().signal) =>
      Array.fromAsync(provider(wire).generate({ ...ask, ...more }, { id: 'c', tool: 'test', signal }))
    const textOf = (events: readonly GenerateEvent[]) =>
      events.map((event) => (event.type === 'text' ? event.text : '')).join('')
    const usageOf = (events: readonly GenerateEvent[]) => {
      const end = events.at(-1)
      return end?.type === 'end' ? end.usage : {}
    }

    test.each<[Wire]>([['openai-chat'], ['openai-responses'], ['anthropic']])(
      '%s: text with real token counts',
      async (wire) => {
        const events = await run(wire)
        expect(events[0]).toMatchObject({ type: 'start' })
        expect(textOf(events).length).toBeGreaterThan(20)
        const { inputTokens = 0, outputTokens = 0 } = usageOf(events)
        expect(inputTokens).toBeGreaterThan(5)
        expect(outputTokens).toBeGreaterThan(10)
        expect(outputTokens).toBeLessThanOrEqual(40)
      },
    )

    test.each<[Wire]>([['openai-chat'], ['anthropic']])('%s: an answer that is cut says so', async (wire) => {
      expect((await run(wire, { maxOutputTokens: 16 })).at(-1)).toMatchObject({
        finish: 'length',
        usage: { outputTokens: 16 },
      })
    })

    test('what was read before comes from the cache', async () => {
      const system = 'The little dog and the big dog went to the park. '.repeat(20)
      await run('openai-chat', { system })
      const { cachedInputTokens = 0, inputTokens = 0 } = usageOf(await run('openai-chat', { system }))
      expect(cachedInputTokens).toBeGreaterThan(50)
      expect(cachedInputTokens).toBeLessThanOrEqual(inputTokens)
    })

    test('JSON by a schema that the engine enforces', async () => {
      const schema = {
        type: 'object',
        properties: { cat: { type: 'boolean' }, lives: { type: 'integer' } },
        required: ['cat', 'lives'],
        additionalProperties: false,
      }
      const events = await run('openai-chat', { json: { schema }, maxOutputTokens: 200 })
      expect(JSON.parse(textOf(events))).toEqual({ cat: expect.any(Boolean), lives: expect.any(Number) })
    })

    test.each<[Wire]>([['openai-chat'], ['openai-responses'], ['anthropic']])(
      '%s: a request longer than its window',
      async (wire) => {
        const messages = [{ role: 'user', parts: [{ type: 'text', text: 'the cat sat. '.repeat(9000) }] }] as const
        await expect(run(wire, { messages })).rejects.toMatchObject({ failure: { kind: 'context_too_long' } })
      },
    )

    test.each<[Wire]>([['openai-chat'], ['openai-responses'], ['anthropic']])('%s: a wrong key', async (wire) => {
      const call: Call = { id: 'c', tool: 'test', signal: new AbortController().signal }
      const asking = Array.fromAsync(provider(wire, 'wrong').generate(ask, call))
      await expect(asking).rejects.toMatchObject({ failure: { kind: 'auth' } })
    })

    test('a cancel in the middle', async () => {
      const cancel = new AbortController()
      const call: Call = { id: 'c', tool: 'test', signal: cancel.signal }
      const reading = (async () => {
        for await (const event of provider('openai-chat').generate({ ...ask, maxOutputTokens: 5000 }, call))
          if (event.type === 'text') cancel.abort()
      })()
      await expect(reading).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    })

    test('its models', async () => {
      const listed = await provider('openai-chat').listModels(new AbortController().signal)
      expect(listed.map((model) => model.id)).toEqual(['tiny-stories'])
    })
  },
)

function freePort(): Promise<number> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
