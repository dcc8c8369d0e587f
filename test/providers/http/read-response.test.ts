import { describe, expect, test } from 'vitest'
import { collectAnswer } from '../../../src/contract/collect.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import { createProvider } from '../../../src/providers/index.ts'
import { testWorld } from '../../support/test-world.ts'

type Wire = 'openai-chat' | 'openai-responses' | 'anthropic'

const ASK: GenerateRequest = {
  model: 'm',
  maxOutputTokens: 64,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
}
const data = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`
const event = (type: string, rest: object = {}): string => `event: ${type}\n${data({ type, ...rest })}`
const chunk = (content: string, finish_reason?: string): string =>
  data({ choices: [{ delta: { content }, finish_reason }] })
const USAGE = data({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } })
const DONE = 'data: [DONE]\n\n'

/** Plays a body piece by piece: text, a pause in ms, or `open`, which leaves the connection open. */
function play(pieces: readonly (string | number | 'open')[], wire: Wire = 'openai-chat', type = 'text/event-stream') {
  const world = testWorld({
    fetch: async () => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          for (const piece of pieces) {
            if (piece === 'open') return
            if (typeof piece === 'number') await world.sleep(piece)
            else controller.enqueue(new TextEncoder().encode(piece))
          }
          controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': type } })
    },
  })
  const provider = createProvider(
    { id: 'v', wire, baseUrl: 'http://x/v1', key: 'k' },
    { world, facts: () => undefined },
  )
  const events: GenerateEvent[] = []
  const call = { id: 'c', tool: 't', signal: new AbortController().signal }
  const answer = collectAnswer(
    (async function* () {
      for await (const one of provider.generate(ASK, call)) {
        events.push(one)
        yield one
      }
    })(),
  )
  return { world, events, answer }
}

async function failureOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof GenerateError)) throw error ?? new Error('nothing was thrown')
  return error.failure.kind
}

const MESSAGE_START = event('message_start', { message: { usage: { input_tokens: 10, output_tokens: 1 } } })
const messageText = (text: string): string =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })

describe('the end of an answer', () => {
  test.each<[what: string, wire: Wire, pieces: readonly string[], finish: string]>([
    ['[DONE] after the counts, without a reason', 'openai-chat', [chunk('The end.'), USAGE, DONE], 'stop'],
    [
      'a reason in camel case',
      'openai-chat',
      [data({ choices: [{ delta: { content: 'a' }, finishReason: 'length' }] }), DONE],
      'length',
    ],
    [
      'a reason on every chunk, the last one counts',
      'openai-chat',
      [chunk('One ', 'stop'), chunk('two', 'length'), DONE],
      'length',
    ],
    [
      'a whole body without a reason',
      'openai-chat',
      [JSON.stringify({ choices: [{ message: { content: 'a' } }] })],
      'stop',
    ],
    [
      'a whole body with a reason of null',
      'openai-chat',
      [JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: null }] })],
      'stop',
    ],
    [
      'message_stop after a null reason',
      'anthropic',
      [
        MESSAGE_START,
        messageText('a'),
        event('message_delta', { delta: { stop_reason: null } }),
        event('message_stop'),
      ],
      'stop',
    ],
    [
      'a whole message without a reason',
      'anthropic',
      [JSON.stringify({ content: [{ type: 'text', text: 'a' }] })],
      'stop',
    ],
    [
      'response.completed without a status',
      'openai-responses',
      [event('response.output_text.delta', { delta: 'a' }), event('response.completed', { response: {} })],
      'stop',
    ],
    [
      'response.done, as some gateways call it',
      'openai-responses',
      [event('response.output_text.delta', { delta: 'a' }), event('response.done', { response: {} })],
      'stop',
    ],
  ])('%s', async (_, wire, pieces, finish) => {
    expect((await play(pieces, wire).answer).finish).toBe(finish)
  })

  test.each<[what: string, wire: Wire, pieces: readonly string[]]>([
    ['no reason, no counts', 'openai-chat', [chunk('half'), DONE]],
    ['a reason on every chunk, then a cut', 'openai-chat', [chunk('One ', 'stop'), chunk('two of m', 'stop')]],
    ['words after the reason, then a cut', 'openai-chat', [chunk('One ', 'stop'), chunk('two of m')]],
    ['no message_stop', 'anthropic', [MESSAGE_START, messageText('half')]],
  ])('is not %s', async (_, wire, pieces) => {
    expect(await failureOf(play(pieces, wire).answer)).toBe('bad_response')
  })

  test.each<[what: string, wire: Wire, pieces: readonly string[]]>([
    ['counts after the reason', 'openai-chat', [chunk('The end.', 'stop'), USAGE, 'open']],
    ['message_stop', 'anthropic', [MESSAGE_START, messageText('The end.'), event('message_stop'), 'open']],
    [
      'response.completed',
      'openai-responses',
      [
        event('response.output_text.delta', { delta: 'The end.' }),
        event('response.completed', { response: { status: 'completed' } }),
        'open',
      ],
    ],
  ])('%s ends it at once, although the connection stays open', async (_, wire, pieces) => {
    expect((await play(pieces, wire).answer).text).toBe('The end.')
  })

  test('after a reason without counts, the counts are waited for 2 s', async () => {
    const { answer, world } = play([chunk('The end.', 'stop'), 'open'])
    let ended = false
    void answer.then(() => {
      ended = true
    })
    await world.advance(1_999)
    expect(ended).toBe(false)
    await world.advance(1)
    expect((await answer).text).toBe('The end.')
  })
})

describe('signs of life', () => {
  test.each<[what: string, piece: string]>([
    ['a comment', ': PROCESSING\n\n'],
    ['plain words', 'data: still working\n\n'],
    ['an empty delta', data({ choices: [{ delta: { role: 'assistant', content: '' } }] })],
  ])('%s is a ping', async (_, piece) => {
    const { answer, events } = play([piece, chunk('a', 'stop'), DONE])
    await answer
    expect(events.map(({ type }) => type)).toEqual(['start', 'ping', 'text', 'end'])
  })

  test('a ping of Messages is one, and comes after start', async () => {
    const { answer, events } = play(
      [': hello\n\n', MESSAGE_START, event('ping'), messageText('a'), event('message_stop')],
      'anthropic',
    )
    await answer
    expect(events.map(({ type }) => type)).toEqual(['start', 'ping', 'text', 'end'])
  })
})

describe('bodies that are labelled wrongly', () => {
  const stream = [chunk('a', 'stop'), USAGE, DONE]
  const whole = [JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] })]
  test.each<[type: string, pieces: readonly string[]]>([
    ['application/json', stream],
    ['text/plain', stream],
    ['application/octet-stream', ['\n', ...stream]],
    ['text/plain', whole],
    ['text/event-stream', whole],
    ['text/event-stream', ['data: ', ...stream.join('').slice(6)]],
    ['text/event-stream', [stream.join('').replaceAll('\n\n', '\n')]],
  ])('%s', async (type, pieces) => {
    expect((await play(pieces, 'openai-chat', type).answer).text).toBe('a')
  })
})

describe('implausible counts', () => {
  const end = (usage: object): readonly string[] => [chunk('words', 'stop'), data({ choices: [], usage }), DONE]
  test.each<[what: string, usage: object, expected: object]>([
    ['zeros', { prompt_tokens: 0, completion_tokens: 0 }, {}],
    ['an input of zero', { prompt_tokens: 0, completion_tokens: 5 }, { outputTokens: 5 }],
    ['fractions are rounded up', { prompt_tokens: 12.5, completion_tokens: 5 }, { inputTokens: 13, outputTokens: 5 }],
    ['beyond 2^53', { prompt_tokens: 1e20, completion_tokens: 5 }, { outputTokens: 5 }],
  ])('%s', async (_, usage, expected) => {
    expect((await play(end(usage)).answer).usage).toEqual(expected)
  })
  test('zeros of Messages that nothing corrects', async () => {
    const start = event('message_start', { message: { usage: { input_tokens: 0, output_tokens: 0 } } })
    expect((await play([start, messageText('words'), event('message_stop')], 'anthropic').answer).usage).toEqual({})
  })
  test('the output of message_start alone', async () => {
    const { usage } = await play([MESSAGE_START, messageText('words'), event('message_stop')], 'anthropic').answer
    expect(usage).toEqual({ inputTokens: 10 })
  })
})

describe('answers without end', () => {
  const flood = Array.from({ length: 200 }, () => chunk('x'.repeat(60_000)))
  test('text far beyond the bound of the request is an error', async () => {
    const { answer, events } = play(flood)
    expect(await failureOf(answer)).toBe('bad_response')
    expect(events.length).toBeLessThan(10)
  })
  test.each<[what: string, pieces: readonly string[], type: string]>([
    ['a line', Array.from({ length: 20 }, () => 'y'.repeat(1 << 20)), 'text/event-stream'],
    ['a body', ['{"a":"', ...Array.from({ length: 20 }, () => 'y'.repeat(1 << 20))], 'application/json'],
  ])('%s of many MB is an error', async (_, pieces, type) => {
    expect(await failureOf(play(pieces, 'openai-chat', type).answer)).toBe('bad_response')
  })
})

describe('errors in unusual shapes, with HTTP 200', () => {
  test.each<[payload: object, kind: string]>([
    [{ base_resp: { status_code: 1004, status_msg: 'login fail' }, choices: null }, 'auth'],
    [{ base_resp: { status_code: 1008, status_msg: 'insufficient balance' }, choices: null }, 'quota_exhausted'],
    [{ base_resp: { status_code: 1002 } }, 'rate_limited'],
    [{ code: 401, msg: 'no' }, 'auth'],
    [{ code: 503, message: 'no' }, 'overloaded'],
  ])('%j is %s', async (payload, kind) => {
    expect(await failureOf(play([JSON.stringify(payload)], 'openai-chat', 'application/json').answer)).toBe(kind)
    expect(await failureOf(play([data(payload)]).answer)).toBe(kind)
  })
})

test('reasoning that ends without a beginning is not part of the answer', async () => {
  const { text, thinking } = await play([chunk('Hm.\n'), chunk('</think>\n\nHello!', 'stop'), DONE]).answer
  expect({ text, thinking }).toEqual({ text: 'Hello!', thinking: 'Hm.\n' })
})

test('a JSON answer by a tool keeps integers beyond 2^53 as the model wrote them', async () => {
  const input = event('content_block_start', {
    index: 0,
    content_block: { type: 'tool_use', id: 't', name: 'answer', input: {} },
  })
  const json = event('content_block_delta', { index: 0, delta: { partial_json: '{"value": [9007199254740993]}' } })
  const world = testWorld({
    fetch: async () =>
      new Response(MESSAGE_START + input + json + event('message_stop'), {
        headers: { 'content-type': 'text/event-stream' },
      }),
  })
  const account = { id: 'v', wire: 'anthropic', baseUrl: 'http://x', key: 'k' } as const
  const provider = createProvider(account, { world, facts: () => undefined })
  const call = { id: 'c', tool: 't', signal: new AbortController().signal }
  const request = { ...ASK, json: { schema: { type: 'array' } } }
  expect((await collectAnswer(provider.generate(request, call))).text).toBe('[9007199254740993]')
})
