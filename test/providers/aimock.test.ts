import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Call, GenerateEvent, GenerateRequest } from '../../src/contract/generate.ts'
import type { Wire } from '../../src/contract/provider.ts'
import type { Account } from '../../src/providers/account.ts'
import { createProvider } from '../../src/providers/index.ts'
import { testWorld } from '../support/test-world.ts'

/** An independent implementation of the vendors' wires, over real HTTP. The recordings decide where it differs from the vendors. */
const WIRES: readonly (readonly [Wire, path: string, more: Partial<Account>])[] = [
  ['openai-chat', '/v1', {}],
  ['openai-responses', '/v1', {}],
  ['anthropic', '', {}],
  ['azure', '', { apiVersion: '2024-10-21', deployments: { 'gpt-4o': 'my-4o' } }],
]

const TOOL = { name: 'look', description: 'Looks.', schema: { type: 'object', properties: { at: { type: 'string' } } } }

describe.each(WIRES)('%s against aimock', (wire, path, more) => {
  const mock = new LLMock({ port: 0, chunkSize: 3 })
  beforeAll(async () => void (await mock.start()))
  afterAll(() => mock.stop())
  beforeEach(() => void mock.clearFixtures().clearRequests())

  const run = (request: Partial<GenerateRequest> = {}): Promise<GenerateEvent[]> => {
    const account: Account = { id: 'mock', wire, baseUrl: mock.baseUrl + path, key: 'k', ...more }
    const deps = { world: testWorld({ fetch: globalThis.fetch }), facts: () => undefined }
    const call: Call = { id: 'c', tool: 'test', signal: new AbortController().signal }
    const ask: GenerateRequest = {
      model: 'gpt-4o',
      maxOutputTokens: 100,
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello there' }] }],
    }
    return Array.fromAsync(createProvider(account, deps).generate({ ...ask, ...request }, call))
  }
  const join = (events: readonly GenerateEvent[], type: 'text' | 'thinking') =>
    events.map((event) => (event.type === type ? event.text : '')).join('')

  test('text and its token counts', async () => {
    const usage = { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19, input_tokens: 12, output_tokens: 7 }
    mock.onMessage('hello', { content: 'General Kenobi! 🎭 You are bold.', usage })
    const events = await run()
    expect(join(events, 'text')).toBe('General Kenobi! 🎭 You are bold.')
    expect(events[0]).toMatchObject({ type: 'start', provider: 'mock', model: 'gpt-4o' })
    expect(events.at(-1)).toMatchObject({ type: 'end', finish: 'stop', usage: { inputTokens: 12, outputTokens: 7 } })
  })

  test('thinking apart from the text', async () => {
    mock.onMessage('hello', { content: 'Yes.', reasoning: 'Let me see.' })
    const events = await run()
    expect(join(events, 'text')).toBe('Yes.')
    expect(join(events, 'thinking')).toBe('Let me see.')
  })

  test('two tool calls, and their results', async () => {
    mock.onMessage('hello', {
      toolCalls: [
        { id: 'call_1', name: 'look', arguments: '{"at":"sky"}' },
        { id: 'call_2', name: 'look', arguments: '{}' },
      ],
    })
    const events = await run({ tools: [TOOL] })
    const calls = events.flatMap((event) => (event.type === 'call' ? event.call : []))
    expect(calls.map(({ name, args }) => ({ name, args }))).toEqual([
      { name: 'look', args: { at: 'sky' } },
      { name: 'look', args: {} },
    ])
    expect(events.at(-1)).toMatchObject({ finish: 'tool_calls' })
    mock.clearFixtures().on({ toolCallId: calls[1]?.id ?? '' }, { content: 'Blue and dark.' })
    const answered = await run({
      tools: [TOOL],
      messages: [
        { role: 'user', parts: [{ type: 'text', text: 'look' }] },
        { role: 'assistant', parts: [], calls },
        ...calls.map(({ id }) => ({ role: 'tool', callId: id, parts: [{ type: 'text', text: 'seen' }] }) as const),
      ],
    })
    expect(join(answered, 'text')).toBe('Blue and dark.')
  })

  test('an answer cut by its length', async () => {
    mock.onMessage('hello', { content: 'half of', finishReason: 'length' })
    expect((await run()).at(-1)).toMatchObject({ finish: 'length' })
  })

  test.each([
    [401, 'auth'],
    [404, 'unknown_model'],
    [429, 'rate_limited'],
    [500, 'overloaded'],
    [503, 'overloaded'],
  ])('HTTP %i is %s', async (status, kind) => {
    mock.onMessage('hello', { error: { message: 'no', type: 'x' }, status })
    await expect(run()).rejects.toMatchObject({ failure: { kind } })
  })

  test('a stream that is cut off is a bad response', async () => {
    mock.onMessage('hello', { content: 'a longer answer that will be cut' }, { truncateAfterChunks: 4, latency: 2 })
    await expect(run()).rejects.toMatchObject({ failure: { kind: 'bad_response' } })
  })

  test('a body that is no JSON is a bad response', async () => {
    mock.onMessage('hello', { content: 'x' }, { chaos: { malformedRate: 1 } })
    await expect(run()).rejects.toMatchObject({ failure: { kind: 'bad_response' } })
  })
})
