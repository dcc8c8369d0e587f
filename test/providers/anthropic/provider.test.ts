import { describe, expect, test, vi } from 'vitest'
import { GenerateError } from '../../../src/contract/errors.ts'
import { createAnthropicProvider } from '../../../src/providers/anthropic/provider.ts'
import { testProviderContract } from '../../suites/provider.ts'
import {
  anthropicFixtures,
  contentBlock,
  messageEnd,
  messageStart,
  sseEvent,
  textBlock,
  toolBlock,
} from './fixtures.ts'
import { okResponse, sseResponse, stubProvider, textOf } from './stub-provider.ts'

testProviderContract('Anthropic Messages', {
  make: (account, deps) => createAnthropicProvider({ ...account, id: 'anthropic', wire: 'anthropic' }, deps),
  ...anthropicFixtures,
  ignores: {
    request: { seed: 7, topP: 0.5, temperature: 0.5, reasoningEffort: 'high' },
    ignored: ['topP', 'seed', 'reasoningEffort'],
  },
  unsupported: {
    'start comes with the headers, before any text': 'it waits 250 ms for the input counts; see below, by the clock',
  },
})

describe('the address of a request', () => {
  test.each([
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/v1/', 'https://api.anthropic.com/v1/messages'],
    ['https://api.minimax.io/anthropic', 'https://api.minimax.io/anthropic/v1/messages'],
    ['https://api.kimi.com/coding/v1', 'https://api.kimi.com/coding/v1/messages'],
  ])('%s is asked at %s', async (baseUrl, url) => {
    const { sent, ask } = stubProvider([okResponse], { account: { baseUrl } })
    await ask()
    expect(sent[0]?.url).toBe(url)
  })

  test('the key goes as x-api-key with the documented version, and nothing of the environment goes with it', async () => {
    vi.stubEnv('ANTHROPIC_CUSTOM_HEADERS', 'x-mine: secret')
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-other')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'https://elsewhere.test')
    const { sent, ask } = stubProvider([okResponse], { account: { headers: { 'x-team': 'stage' } } })
    await ask()
    vi.unstubAllEnvs()
    const headers = Object.fromEntries(sent[0]?.headers ?? [])
    expect(headers).toMatchObject({ 'x-api-key': 'sk-ant-1', 'anthropic-version': '2023-06-01', 'x-team': 'stage' })
    expect(Object.keys(headers).toSorted()).toEqual(
      ['accept', 'anthropic-version', 'content-type', 'user-agent', 'x-api-key', 'x-team'].toSorted(),
    )
  })

  test('a vendor that is known to want another header gets it', async () => {
    const { sent, ask } = stubProvider([okResponse], { account: { quirks: { keyHeader: 'authorization' } } })
    await ask()
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer sk-ant-1')
    expect(sent[0]?.headers.has('x-api-key')).toBe(false)
  })

  test('the package prints nothing, whatever the environment says and however old the model is', async () => {
    vi.stubEnv('ANTHROPIC_LOG', 'debug')
    const spies = (['log', 'info', 'debug', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
    const { world, ask } = stubProvider([okResponse])
    await ask({ model: 'claude-sonnet-4-5' })
    vi.unstubAllEnvs()
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
    expect(world.logLines).toEqual([])
    vi.restoreAllMocks()
  })
})

describe('reading an answer', () => {
  test('start waits a moment for the input counts, and no longer', async () => {
    const held = new TransformStream<Uint8Array, Uint8Array>()
    const slow = () => new Response(held.readable, { headers: { 'content-type': 'text/event-stream' } })
    const { world, generate } = stubProvider([slow])
    const events = generate()[Symbol.asyncIterator]()
    let start: unknown
    void events.next().then((step) => {
      start = step.value
    })
    await vi.waitFor(() => expect(world.pendingSleeps).toBe(1))
    await world.advance(249)
    expect(start).toBeUndefined()
    await world.advance(1)
    expect(start).toEqual({ type: 'start', provider: 'anthropic', model: 'm', ignored: [] })
    const writer = held.writable.getWriter()
    void writer
      .write(new TextEncoder().encode(anthropicFixtures.textStream('late').join('')))
      .then(() => writer.close())
    expect((await events.next()).value).toEqual({ type: 'text', text: 'late' })
    await events.return?.()
    expect(world.pendingSleeps).toBe(0)
  })

  test('start holds the input counts, and the end all of them', async () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 30, cache_creation_input_tokens: 2, output_tokens: 1 }
    const total = { output_tokens: 7, output_tokens_details: { thinking_tokens: 3 }, input_tokens: 0 }
    const events = await stubProvider([
      sseResponse(messageStart(usage), ...textBlock(0, 'x'), ...messageEnd('end_turn', total)),
    ]).ask()
    const input = { inputTokens: 42, cachedInputTokens: 30, cacheWriteTokens: 2 }
    expect(events[0]).toMatchObject({ type: 'start', usage: input })
    expect(events.at(-1)).toEqual({
      type: 'end',
      finish: 'stop',
      usage: { ...input, outputTokens: 7, reasoningTokens: 3 },
    })
  })

  test('parallel calls come whole, a call without arguments has none, thinking is separate', async () => {
    const events = await stubProvider([
      sseResponse(
        messageStart(),
        ...contentBlock(0, { type: 'thinking', thinking: '', signature: '' }, [
          { type: 'thinking_delta', thinking: 'Hm.' },
          { type: 'signature_delta', signature: 'x' },
        ]),
        ...toolBlock(1, 'a', 'look', '{"at"', ':1}'),
        ...toolBlock(2, 'b', 'wait'),
        ...messageEnd('tool_use'),
      ),
    ]).ask()
    expect(events.filter((one) => one.type === 'call').map((one) => one.call)).toEqual([
      { id: 'a', name: 'look', args: { at: 1 } },
      { id: 'b', name: 'wait', args: {} },
    ])
    expect(events.flatMap((one) => (one.type === 'thinking' ? one.text : [])).join('')).toBe('Hm.')
    expect(textOf(events)).toBe('')
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['pause_turn', 'length'],
    ['refusal', 'content_filter'],
  ] as const)('%s is %s', async (reason, finish) => {
    const events = await stubProvider([sseResponse(messageStart(), ...textBlock(0, 'x'), ...messageEnd(reason))]).ask()
    expect(events.at(-1)).toMatchObject({ type: 'end', finish })
  })

  test('a call that the token limit cuts off is left out; one that is no JSON for no reason is a bad response', async () => {
    const cut = (reason: string) =>
      sseResponse(messageStart(), ...toolBlock(0, 'a', 'look', '{"at": "he'), ...messageEnd(reason))
    const events = await stubProvider([cut('max_tokens')]).ask()
    expect(events.map((one) => one.type)).not.toContain('call')
    expect(events.at(-1)).toMatchObject({ finish: 'length' })
    await expect(stubProvider([cut('tool_use')]).ask()).rejects.toMatchObject({ failure: { kind: 'bad_response' } })
  })

  const inStream = (type: string, message = '') => sseEvent('error', { error: { details: null, type, message } })

  test.each([
    ['overloaded_error', 'overloaded'],
    ['rate_limit_error', 'rate_limited'],
    ['api_error', 'overloaded'],
    ['authentication_error', 'auth'],
  ] as const)('%s within a stream of HTTP 200 is %s, first or last', async (type, kind) => {
    const early = stubProvider([sseResponse(inStream(type))]).ask()
    await expect(early).rejects.toMatchObject({ failure: { kind } })
    const seen: string[] = []
    const late = (async () => {
      for await (const one of stubProvider([
        sseResponse(messageStart(), ...textBlock(0, 'half'), inStream(type)),
      ]).generate())
        seen.push(one.type)
    })()
    await expect(late).rejects.toMatchObject({ failure: { kind } })
    expect(seen).toEqual(['start', 'text'])
  })

  test('an error as the first event comes before `start`, so that another model can still be asked', async () => {
    const first = stubProvider([sseResponse(inStream('overloaded_error', 'Overloaded'))])
      .generate()
      [Symbol.asyncIterator]()
      .next()
    await expect(first).rejects.toBeInstanceOf(GenerateError)
  })

  test('a message that begins again after its text is a bad response, because sent text cannot be taken back', async () => {
    const twice = sseResponse(
      messageStart(),
      ...textBlock(0, 'half'),
      messageStart(),
      ...textBlock(0, 'all'),
      ...messageEnd('end_turn'),
    )
    await expect(stubProvider([twice]).ask()).rejects.toMatchObject({ failure: { kind: 'bad_response' } })
  })
})
