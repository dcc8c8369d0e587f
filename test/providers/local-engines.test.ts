import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { createEngineFinder, type FindEnginesOptions, parseOllamaHost } from '../../src/providers/local-engines.ts'
import { type TestWorld, testWorld } from '../support/test-world.ts'

const never = new AbortController().signal
const findLocalEngines = (world: TestWorld, options: FindEnginesOptions) => createEngineFinder(world).find(options)
const OLLAMA = 'http://127.0.0.1:11434/api/tags'
const LM_STUDIO = 'http://127.0.0.1:1234/v1/models'
const LLAMA = 'http://127.0.0.1:8080/v1/models'
const VLLM = 'http://127.0.0.1:8000/v1/models'

const TAGS = {
  models: [
    { name: 'qwen3:8b', model: 'qwen3:8b', details: { family: 'qwen3' } },
    { name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } },
  ],
}
const models = (...rows: object[]): object => ({
  object: 'list',
  data: rows.map((row) => ({ object: 'model', owned_by: 'llamacpp', ...row })),
})

type Answers = Readonly<Record<string, () => Response | Promise<Response>>>

/** A network where only these addresses answer. */
function network(answers: Answers) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (address) => {
    asked.push(String(address))
    const answer = answers[String(address)]
    if (!answer) throw new TypeError('fetch failed')
    return answer()
  }
  return { asked, fetch }
}

describe('engines that run here', () => {
  test('are found on their usual ports, each with its models and an account that needs no key', async () => {
    const { fetch, asked } = network({
      [OLLAMA]: () => Response.json(TAGS),
      [LM_STUDIO]: () =>
        Response.json(
          models(
            { id: 'gemma-3-4b', owned_by: 'organization_owner' },
            { id: 'text-embedding-nomic', owned_by: 'organization_owner' },
          ),
        ),
      [LLAMA]: () => Response.json(models({ id: 'tiny', owned_by: 'llamacpp', meta: { n_ctx: 8192 } })),
      [VLLM]: () => Response.json(models({ id: 'org/big', owned_by: 'vllm', max_model_len: 32768 })),
    })
    expect(await findLocalEngines(testWorld({ fetch }), { signal: never })).toEqual([
      {
        kind: 'ollama',
        name: 'Ollama',
        account: { id: 'ollama', wire: 'openai-chat', baseUrl: 'http://127.0.0.1:11434/v1', local: true },
        models: [{ id: 'qwen3:8b' }],
      },
      {
        kind: 'lmstudio',
        name: 'LM Studio',
        account: { id: 'lmstudio', wire: 'openai-chat', baseUrl: 'http://127.0.0.1:1234/v1', local: true },
        models: [{ id: 'gemma-3-4b' }],
      },
      {
        kind: 'llamacpp',
        name: 'llama.cpp',
        account: { id: 'llamacpp', wire: 'openai-chat', baseUrl: 'http://127.0.0.1:8080/v1', local: true },
        models: [{ id: 'tiny', contextTokens: 8192 }],
      },
      {
        kind: 'vllm',
        name: 'vLLM',
        account: { id: 'vllm', wire: 'openai-chat', baseUrl: 'http://127.0.0.1:8000/v1', local: true },
        models: [{ id: 'org/big', contextTokens: 32768 }],
      },
    ])
    expect(asked.toSorted()).toEqual([OLLAMA, LM_STUDIO, LLAMA, VLLM].toSorted())
  })

  test('an engine whose list names no owner is known by a path of its own', async () => {
    const { fetch } = network({
      [VLLM]: () => Response.json(models({ id: 'm', owned_by: undefined })),
      'http://127.0.0.1:8000/version': () => Response.json({ version: '0.12.0' }),
    })
    const found = await findLocalEngines(testWorld({ fetch }), { signal: never })
    expect(found.map(({ kind }) => kind)).toEqual(['vllm'])
  })

  test.each<[string, () => Response | Promise<Response>]>([
    ['a web page', () => new Response('<html>hello</html>', { headers: { 'content-type': 'text/html' } })],
    ['JSON of something else', () => Response.json({ status: 'ok' })],
    ['a list of other things', () => Response.json({ object: 'list', data: [{ id: 'user-1', object: 'user' }] })],
    ['an engine that serves nothing', () => Response.json(models())],
    ['a page to log in', () => new Response(null, { status: 302, headers: { location: '/login' } })],
    ['a server in trouble', () => Response.json(models({ id: 'm' }), { status: 500 })],
    ['half an answer', () => new Response('{"object":"li', { headers: { 'content-type': 'application/json' } })],
    ['a gateway to paid models', () => Response.json(models({ id: 'gpt-4o', owned_by: 'openai' }))],
    ['a gateway beside an engine', () => Response.json(models({ id: 'a' }, { id: 'gpt-4o', owned_by: 'openai' }))],
    ['a list without owners', () => Response.json(models({ id: 'm', owned_by: undefined }))],
    ['nothing', () => Promise.reject(new TypeError('fetch failed'))],
  ])('%s on one of the ports is no engine', async (_, answer) => {
    const { fetch } = network({ [LLAMA]: answer, [OLLAMA]: answer })
    expect(await findLocalEngines(testWorld({ fetch }), { signal: never })).toEqual([])
  })

  test('have 300 ms, headers and body together, whether or not they heed the abort', async () => {
    const silent = new ReadableStream<Uint8Array>({
      start: (body) => body.enqueue(new TextEncoder().encode('{"object"')),
    })
    const { fetch } = network({
      [OLLAMA]: () => new Promise(() => undefined),
      [LLAMA]: () => new Response(silent, { headers: { 'content-type': 'application/json' } }),
      [VLLM]: () => Response.json(models({ id: 'quick', owned_by: 'vllm' })),
    })
    const world = testWorld({ fetch })
    let found: unknown
    void findLocalEngines(world, { signal: never }).then((engines) => {
      found = engines.map(({ kind }) => kind)
    })
    await world.advance(299)
    expect(found).toBeUndefined()
    await world.advance(1)
    expect(found).toEqual(['vllm'])
    expect(world.pendingSleeps).toBe(0)
  })

  test('a cancelled caller gets its error at once', async () => {
    const { fetch } = network({ [OLLAMA]: () => new Promise(() => undefined) })
    const stop = new AbortController()
    const finding = findLocalEngines(testWorld({ fetch }), { signal: stop.signal })
    stop.abort()
    await expect(finding).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
  })
})

describe('answers are remembered for a minute', () => {
  test('for all callers, also for concurrent ones, and a cancel of one does not affect the others', async () => {
    const { fetch, asked } = network({ [OLLAMA]: () => Response.json(TAGS) })
    const world = testWorld({ fetch })
    const engines = createEngineFinder(world)
    const stop = new AbortController()
    const first = engines.find({ signal: stop.signal })
    const second = engines.find({ signal: never })
    stop.abort()
    await expect(first).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    expect((await second).map(({ kind }) => kind)).toEqual(['ollama'])
    await world.advance(59_999)
    await engines.find({ signal: never })
    expect(asked).toHaveLength(4)
    await world.advance(1)
    await engines.find({ signal: never })
    expect(asked).toHaveLength(8)
  })

  test('except that an engine that a call names is asked again, within 5 s', async () => {
    let late = false
    const world: TestWorld = testWorld({
      fetch: async (address) => {
        if (String(address) !== OLLAMA || !late) throw new TypeError('fetch failed')
        await world.sleep(600)
        return Response.json(TAGS)
      },
    })
    const engines = createEngineFinder(world)
    expect(await engines.find({ signal: never })).toEqual([])
    late = true
    const named = engines.find({ named: 'ollama', signal: never })
    await world.advance(600)
    expect((await named).map(({ kind }) => kind)).toEqual(['ollama'])
    expect(await engines.find({ signal: never })).toHaveLength(1)
  })

  test('only for the same OLLAMA_HOST', async () => {
    const { fetch } = network({ 'http://den:11434/api/tags': () => Response.json(TAGS) })
    const engines = createEngineFinder(testWorld({ fetch }))
    expect(await engines.find({ signal: never })).toEqual([])
    const [found] = await engines.find({ ollamaHost: 'den', signal: never })
    expect(found?.account.baseUrl).toBe('http://den:11434/v1')
  })
})

test.each([
  ['', 'http://127.0.0.1:11434'],
  ['den', 'http://den:11434'],
  ['192.168.0.7', 'http://192.168.0.7:11434'],
  ['den:8090', 'http://den:8090'],
  ['den:80', 'http://den'],
  [':9999', 'http://127.0.0.1:9999'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:8090', 'http://127.0.0.1:8090'],
  ['[::]:8090', 'http://127.0.0.1:8090'],
  ['[::1]', 'http://[::1]:11434'],
  ['http://den', 'http://den'],
  ['http://den:11434/', 'http://den:11434'],
  ['http://den:11434/v1', 'http://den:11434'],
  ['den:11434/api/', 'http://den:11434'],
  ['https://models.example.org/ollama/', 'https://models.example.org/ollama'],
  [' "den:1" ', 'http://den:1'],
  ['not a host', 'http://127.0.0.1:11434'],
])('OLLAMA_HOST=%j is %s', (host, address) => {
  expect(parseOllamaHost(host)).toBe(address)
})

describe('over real HTTP', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  test('an Ollama at OLLAMA_HOST is found by the real fetch', async () => {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.end(JSON.stringify(request.url === '/api/tags' ? TAGS : {}))
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const ollamaHost = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    // Other servers at the usual ports of this machine are not asked.
    const fetch: typeof globalThis.fetch = (to, init) =>
      String(to).includes(ollamaHost) ? globalThis.fetch(to, init) : Promise.reject(new TypeError('not here'))
    const found = await findLocalEngines(testWorld({ fetch }), { ollamaHost, signal: never })
    expect(found.map(({ account, models }) => [account.baseUrl, models])).toEqual([
      [`http://${ollamaHost}/v1`, [{ id: 'qwen3:8b' }]],
    ])
  })
})
