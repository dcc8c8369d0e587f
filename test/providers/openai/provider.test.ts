import { afterEach, expect, test, vi } from 'vitest'
import type { Call, GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import type { Account } from '../../../src/providers/account.ts'
import { createAzureProvider } from '../../../src/providers/openai/azure.ts'
import { createChatProvider } from '../../../src/providers/openai/chat.ts'
import { createResponsesProvider } from '../../../src/providers/openai/responses.ts'
import { testWorld } from '../../support/test-world.ts'
import { chatFixtures, responsesFixtures } from './fixtures.ts'

const ASK: GenerateRequest = { model: 'm', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] }
const CALL: Call = { id: 'c', tool: 'test', signal: new AbortController().signal }
const FACTS = { id: 'm', name: 'M', abilities: ['text'], source: 'test' } as const
const ACCOUNT: Account = { id: 'vendor', wire: 'openai-chat', baseUrl: 'https://vendor.test/v1/', key: 'the-key' }

interface SentRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

function stubProvider(...answers: readonly (() => Response)[]) {
  const sent: SentRequest[] = []
  const left = [...answers]
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    sent.push({ url: String(url), headers: Object.fromEntries(new Headers(init?.headers)), body })
    return (left.shift() ?? okResponse())()
  }
  const world = testWorld({ fetch })
  return { sent, world, deps: { world, facts: () => undefined } }
}
const stream = (parts: readonly string[]) => () =>
  new Response(parts.join(''), { headers: { 'content-type': 'text/event-stream' } })
const okResponse = () => stream(chatFixtures.textStream('ok'))
const errorResponse = (message: string) => () => Response.json({ error: { message } }, { status: 400 })
const run = (
  provider: { generate: (request: GenerateRequest, call: Call) => AsyncIterable<GenerateEvent> },
  more: Partial<GenerateRequest> = {},
) => Array.fromAsync(provider.generate({ ...ASK, ...more }, CALL))

afterEach(() => void vi.unstubAllEnvs())

test.each([
  { cut: 'in one read', at: 0, texts: ['good evening'] },
  { cut: 'in two reads', at: 1, texts: ['good e', 'vening'] },
])('words that came $cut are so many events', async ({ at, texts }) => {
  const parts = chatFixtures.textStream('good evening')
  const reads = [parts.slice(0, at), parts.slice(at)].map((read) => new TextEncoder().encode(read.join('')))
  const headers = { 'content-type': 'text/event-stream' }
  const { deps } = stubProvider(() => new Response(ReadableStream.from(reads), { headers }))
  const events = await run(createChatProvider(ACCOUNT, deps))
  expect(events.flatMap((event) => (event.type === 'text' ? event.text : []))).toEqual(texts)
})

test('a refused parameter is learned once, and left out and listed from then on', async () => {
  const { sent, deps } = stubProvider(
    errorResponse("Unsupported parameter: 'temperature' is not supported with this model."),
    okResponse(),
  )
  const provider = createChatProvider(ACCOUNT, deps)
  const failure = { kind: 'invalid_request', field: 'temperature', learned: true }
  await expect(run(provider, { temperature: 1 })).rejects.toMatchObject({ failure })
  const [start] = await run(provider, { temperature: 1 })
  expect(start).toMatchObject({ ignored: ['temperature'] })
  expect(sent.map(({ body }) => 'temperature' in body)).toEqual([true, false])
})

test('a refusal of one model does not apply to another', async () => {
  const { sent, deps } = stubProvider(errorResponse("property 'seed' is unsupported"), okResponse())
  const provider = createChatProvider(ACCOUNT, deps)
  await expect(run(provider, { seed: 1 })).rejects.toMatchObject({ failure: { learned: true } })
  await run(provider, { seed: 1, model: 'other' })
  expect(sent[1]?.body).toHaveProperty('seed')
})

test('after a refusal of stream_options the request is sent without it', async () => {
  const { sent, deps } = stubProvider(
    errorResponse('Unrecognized request argument supplied: stream_options'),
    okResponse(),
  )
  const provider = createChatProvider(ACCOUNT, deps)
  await expect(run(provider)).rejects.toMatchObject({ failure: { learned: true } })
  await run(provider)
  expect(sent[1]?.body).not.toHaveProperty('stream_options')
})

test.each([["Unsupported parameter: 'messages'"], ["Unsupported parameter: 'never_sent'"]])(
  '%s cannot be learned from',
  async (message) => {
    const { deps } = stubProvider(errorResponse(message))
    await expect(run(createChatProvider(ACCOUNT, deps))).rejects.toMatchObject({ failure: { kind: 'invalid_request' } })
    await expect(run(createChatProvider(ACCOUNT, stubProvider(errorResponse(message)).deps))).rejects.not.toMatchObject(
      {
        failure: { learned: true },
      },
    )
  },
)

test('only the intended headers are sent, whatever the environment says', async () => {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_ADMIN_KEY', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID', 'OPENAI_BASE_URL']) {
    vi.stubEnv(name, 'https://planted.test')
  }
  vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-planted: planted')
  const { sent, deps } = stubProvider()
  await run(createChatProvider({ ...ACCOUNT, headers: { 'x-mine': 'yes' } }, deps))
  expect(sent[0]?.url).toBe('https://vendor.test/v1/chat/completions')
  expect(Object.keys(sent[0]?.headers ?? {}).sort()).toEqual([
    'accept',
    'authorization',
    'content-type',
    'user-agent',
    'x-mine',
  ])
  expect(sent[0]?.headers['authorization']).toBe('Bearer the-key')
  expect(JSON.stringify(sent)).not.toContain('planted')
})

test('an account without a key sends none', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'planted')
  const { sent, deps } = stubProvider()
  const { key: _, ...local } = ACCOUNT
  await run(createChatProvider({ ...local, local: true }, deps))
  expect(sent[0]?.headers).not.toHaveProperty('authorization')
})

test('a key in a header of the vendor’s own', async () => {
  const { sent, deps } = stubProvider()
  await run(createChatProvider({ ...ACCOUNT, quirks: { keyHeader: 'x-own', keyWithoutBearer: true } }, deps))
  expect(sent[0]?.headers).toMatchObject({ 'x-own': 'the-key' })
  expect(sent[0]?.headers).not.toHaveProperty('authorization')
})

test.each(['two words', 'line\nbreak', 'schlüssel'])(
  'the key %j cannot be sent, and the error does not hold it',
  async (key) => {
    const { sent, deps } = stubProvider()
    const error: Error = await run(createChatProvider({ ...ACCOUNT, key }, deps)).then(
      () => new Error('it went out'),
      (thrown) => thrown,
    )
    expect(error).toMatchObject({ failure: { kind: 'auth' } })
    expect(error.message).toContain('VENDOR_API_KEY')
    expect(error.message).not.toContain(key)
    expect(sent).toEqual([])
  },
)

test('OPENAI_LOG=debug prints nothing, and what is logged holds neither key nor prompt', async () => {
  vi.stubEnv('OPENAI_LOG', 'debug')
  const printed: unknown[] = []
  const spies = (['log', 'info', 'debug', 'warn', 'error'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words)),
  )
  const { world, deps } = stubProvider(errorResponse('no'))
  await run(createChatProvider(ACCOUNT, deps)).catch(() => undefined)
  await run(createChatProvider(ACCOUNT, deps))
  for (const spy of spies) spy.mockRestore()
  expect(printed).toEqual([])
  expect(world.logLines.join()).not.toMatch(/the-key|"hi"/)
})

const AZURE: Account = {
  id: 'azure',
  wire: 'azure',
  baseUrl: 'https://res.openai.azure.com',
  key: 'the-key',
  deployments: { 'gpt-4.1': 'my-4.1' },
}

test.each<[what: string, Partial<Account>, model: string, url: string, sentModel: string]>([
  ['v1, a model for Responses', {}, 'gpt-4.1', '/openai/v1/responses', 'my-4.1'],
  ['v1, another', {}, 'mistral-large', '/openai/v1/chat/completions', 'mistral-large'],
  [
    'v1, the address whole',
    { baseUrl: 'https://res.openai.azure.com/openai/v1/' },
    'gpt-4.1',
    '/openai/v1/responses',
    'my-4.1',
  ],
  [
    'dated',
    { apiVersion: '2024-10-21' },
    'gpt-4.1',
    '/openai/deployments/my-4.1/chat/completions?api-version=2024-10-21',
    'my-4.1',
  ],
  [
    'dated, a deployment of its own name',
    { apiVersion: '2024-10-21' },
    'a b',
    '/openai/deployments/a%20b/chat/completions?api-version=2024-10-21',
    'a b',
  ],
])('Azure: %s', async (_what, account, model, url, sentModel) => {
  const { sent, deps } = stubProvider(
    stream(url.includes('responses') ? responsesFixtures.textStream('ok') : chatFixtures.textStream('ok')),
  )
  const events = await run(createAzureProvider({ ...AZURE, ...account }, deps), { model, maxOutputTokens: 99 })
  expect(sent[0]?.url).toBe(`https://res.openai.azure.com${url}`)
  expect(sent[0]?.headers['api-key']).toBe('the-key')
  expect(sent[0]?.headers).not.toHaveProperty('authorization')
  expect(sent[0]?.body['model']).toBe(sentModel)
  expect(sent[0]?.body).toHaveProperty(url.includes('responses') ? 'max_output_tokens' : 'max_completion_tokens')
  expect(events[0]).toMatchObject({ provider: 'azure', model })
})

test('Azure lists the configured deployments', async () => {
  const list = () => Response.json(chatFixtures.modelList(['gpt-4.1', 'gpt-5']))
  const { signal } = CALL
  const dated = stubProvider(list)
  expect(await createAzureProvider({ ...AZURE, apiVersion: '2024-10-21' }, dated.deps).listModels(signal)).toEqual([
    { id: 'gpt-4.1' },
  ])
  expect(dated.sent[0]?.url).toBe('https://res.openai.azure.com/openai/models?api-version=2024-10-21')
  const { deployments: _, ...bare } = AZURE
  expect(await createAzureProvider(bare, stubProvider(list).deps).listModels(signal)).toHaveLength(2)
})

test('a server without the path of Responses is asked on Chat Completions, and from then on at once', async () => {
  const missing = () => Response.json({ detail: 'Not Found' }, { status: 404 })
  const { sent, deps } = stubProvider(missing)
  const provider = createResponsesProvider({ ...ACCOUNT, wire: 'openai-responses' }, deps)
  expect((await run(provider)).at(-1)).toMatchObject({ type: 'end', finish: 'stop' })
  await run(provider)
  expect(sent.map(({ url }) => url.replace('https://vendor.test/v1', ''))).toEqual([
    '/responses',
    '/chat/completions',
    '/chat/completions',
  ])
})

test('where no path exists, the error names the path and the address to check', async () => {
  const missing = () => Response.json({ detail: 'Not Found' }, { status: 404 })
  const { deps } = stubProvider(missing, missing)
  const provider = createResponsesProvider({ ...ACCOUNT, wire: 'openai-responses' }, deps)
  await expect(run(provider)).rejects.toMatchObject({
    failure: { kind: 'unknown_model' },
    message: expect.stringContaining('nothing at /chat/completions: check VENDOR_BASE_URL'),
  })
})

test('where streaming is refused, the next request asks for the whole answer', async () => {
  const error = { message: 'Your organization must be verified', param: 'stream', code: 'unsupported_value' }
  const whole = () => Response.json(chatFixtures.textBody('all at once'))
  const { sent, deps } = stubProvider(() => Response.json({ error }, { status: 400 }), whole)
  const provider = createChatProvider(ACCOUNT, deps)
  await expect(run(provider)).rejects.toMatchObject({ failure: { field: 'stream', learned: true } })
  await run(provider)
  expect(sent.map(({ body }) => body['stream'])).toEqual([true, false])
})

test('an empty answer in a conversation is left out', async () => {
  const { sent, deps } = stubProvider()
  const user = { role: 'user', parts: [{ type: 'text', text: 'hi' }] } as const
  await run(createChatProvider(ACCOUNT, deps), { messages: [user, { role: 'assistant', parts: [] }, user] })
  expect(sent[0]?.body['messages']).toHaveLength(2)
})

test.each([
  ['image/jpg', 'aGk=', 'data:image/jpeg;base64,aGk='],
  ['image/png', '/9j/4AAQ', 'data:image/jpeg;base64,/9j/4AAQ'],
  ['image/jpeg', 'UklGRgECAwRXRUJQVlA4IA==', 'data:image/webp;base64,UklGRgECAwRXRUJQVlA4IA=='],
])('an image of %s goes out with the type of its bytes', async (mimeType, base64, url) => {
  const { sent, deps } = stubProvider()
  await run(createChatProvider(ACCOUNT, { ...deps, facts: () => ({ ...FACTS, abilities: ['text', 'images'] }) }), {
    messages: [{ role: 'user', parts: [{ type: 'image', mimeType, base64 }] }],
  })
  expect(sent[0]?.body['messages']).toEqual([{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }])
})

test('a closed connection is known to stop the billing at the vendor’s own address only', () => {
  const quirks = { stopsWhenClosedAt: 'openai.azure.com' }
  const stops = (baseUrl: string, account: Partial<Account> = {}) =>
    createChatProvider({ ...ACCOUNT, quirks, baseUrl, ...account }, stubProvider().deps).stopsWhenClosed
  expect(stops('https://me.openai.azure.com/openai')).toBe(true)
  expect(stops('https://gateway.test/v1')).toBeUndefined()
  expect(stops('https://openai.azure.com.gateway.test/v1')).toBeUndefined()
  expect(stops('https://me.openai.azure.com', { quirks: {} })).toBeUndefined()
})

test('the bill that a vendor reports is part of the usage', async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, cost: 0.0012345 }
  const answer = () => Response.json({ ...(chatFixtures.textBody('ok') as object), usage })
  const provider = (quirks: object) => createChatProvider({ ...ACCOUNT, quirks }, stubProvider(answer).deps)
  expect((await run(provider({ billPath: 'cost' }))).at(-1)).toMatchObject({ usage: { billedMicroUsd: 1235 } })
  expect((await run(provider({}))).at(-1)).toMatchObject({ usage: { inputTokens: 10, outputTokens: 5 } })
})
