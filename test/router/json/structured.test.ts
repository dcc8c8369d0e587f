import { beforeAll, describe, expect, test } from 'vitest'
import { createSchemaCheck } from '../../../src/router/json/validate.ts'
import { realWorld } from '../../../src/world.ts'
import {
  createHarness,
  endEvent,
  fakeUpstream,
  makeError,
  startEvent,
  textEvent,
  type UpstreamScript,
  USAGE,
} from '../harness.ts'

const json = { schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } }
const singleModel = (plays: readonly UpstreamScript[]) =>
  createHarness((world) => [fakeUpstream(world, 'a/one', plays)])
const ONE = { model: 'a/one', json }

// The compiler loads in real time, during which the test clock would run far ahead.
beforeAll(async () => {
  await createSchemaCheck(realWorld(), json.schema)
})
const twice = { inputTokens: 200, cachedInputTokens: 0, outputTokens: 40, reasoningTokens: 0 }

describe('an answer by schema', () => {
  test('is one start, one text with the value, and one end', async () => {
    const { collectEvents: ask } = singleModel([
      [startEvent('a/one'), { type: 'thinking', text: 'hm' }, textEvent('{ "n"'), textEvent(': 1 }'), endEvent()],
    ])
    expect(await ask(ONE)).toEqual([startEvent('a/one'), textEvent('{ "n": 1 }'), endEvent()])
  })

  test('is found in a fence or in prose, also after other JSON', async () => {
    const { collectEvents: ask, upstreams } = singleModel(['As asked [1]:\n```json\n{"n":1}\n```'])
    expect((await ask(ONE))[1]).toEqual(textEvent('{"n":1}'))
    expect(upstreams[0]?.requests.length).toBe(1)
  })

  test('that does not fit is shown to the model with the exact errors, and all rounds are in the usage', async () => {
    const { collectEvents: ask, upstreams, attempts } = singleModel(['{"n":"one"}', '{"n":1}'])
    expect(await ask(ONE)).toEqual([
      startEvent('a/one'),
      textEvent('{"n":1}'),
      { type: 'end', finish: 'stop', usage: twice },
    ])
    const [, assistant, user] = upstreams[0]?.requests[1]?.messages ?? []
    expect(assistant).toEqual({ role: 'assistant', parts: [textEvent('{"n":"one"}')] })
    expect(JSON.stringify(user)).toContain('- /n must be number')
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['ok', 'ok'])
  })

  test('that still does not fit is an error that says what does not fit', async () => {
    const { expectError: fails, upstreams } = singleModel(['no JSON at all', '{"m":1}'])
    expect(await fails(ONE)).toMatchObject({
      failure: { kind: 'bad_response' },
      message:
        "The answer of a/one does not fit the JSON Schema, even after it was shown why: the value must have required property 'n'. Try another model, or a simpler schema.",
    })
    expect(upstreams[0]?.requests.length).toBe(2)
  })

  test.each<[string, UpstreamScript, string]>([
    ['the rest of it', '1}', '{"n":1}'],
    ['the rest in a fence', '```json\n1}\n```', '{"n":1}'],
    ['its end once more', [startEvent('a/one'), textEvent('{"n":'), textEvent('1}'), endEvent()], '{"n":1}'],
    ['all of it again', ' {"n": 2}', '{"n": 2}'],
  ])('that was cut off is completed once: the model gives %s', async (_, rest, whole) => {
    const { collectEvents: ask, upstreams } = singleModel([
      [startEvent('a/one'), textEvent('{"n":'), endEvent('length')],
      rest,
    ])
    expect(await ask(ONE)).toEqual([
      startEvent('a/one'),
      textEvent(whole),
      { type: 'end', finish: 'stop', usage: twice },
    ])
    const second = upstreams[0]?.requests[1]
    expect(second?.json).toBeUndefined()
    expect(second?.messages[1]).toEqual({ role: 'assistant', parts: [textEvent('{"n":')] })
    expect(JSON.stringify(second?.messages[2])).toContain('required')
  })

  test('that was completed and still does not fit is repaired', async () => {
    const { collectEvents: ask, upstreams } = singleModel([
      [startEvent('a/one'), textEvent('{"n":'), endEvent('length')],
      '"x"}',
      '{"n":3}',
    ])
    expect((await ask(ONE))[1]).toEqual(textEvent('{"n":3}'))
    expect(upstreams[0]?.requests.length).toBe(3)
  })

  test('that was cut off and cannot be completed is an error that holds the partial text', async () => {
    const cut: UpstreamScript = [startEvent('a/one'), textEvent('{"n":'), endEvent('length')]
    const { expectError: fails, attempts } = createHarness((world) => [fakeUpstream(world, 'a/one', [cut])], {
      policy: { maxAttempts: 1 },
    })
    expect((await fails(ONE)).failure).toEqual({ kind: 'bad_response', partial: '{"n":' })
    expect(attempts.length).toBe(1)
  })

  test('that was cut off twice says so, and is not repaired', async () => {
    const { expectError: fails, upstreams } = singleModel([
      [startEvent('a/one'), textEvent('{"n":'), endEvent('length')],
    ])
    expect((await fails({ ...ONE, maxOutputTokens: 1_000 })).message).toBe(
      'The JSON of a/one was cut off at max_output_tokens (1,000). Raise it, or ask for less.',
    )
    expect(upstreams[0]?.requests.length).toBe(2)
  })

  test('that was filtered says so', async () => {
    const { expectError: fails } = singleModel([[startEvent('a/one'), textEvent('{"n":'), endEvent('content_filter')]])
    expect((await fails(ONE)).failure.kind).toBe('filtered')
  })

  test('that broke off midway is requested again, because none of it was sent to the reader', async () => {
    const broken: UpstreamScript = [startEvent('a/one'), textEvent('{"n":'), makeError({ kind: 'bad_response' })]
    const { collectEvents: ask, attempts } = singleModel([broken, '{"n":2}'])
    expect((await ask(ONE))[1]).toEqual(textEvent('{"n":2}'))
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['bad_response', 'ok'])
    const { expectError: fails, upstreams } = singleModel([broken])
    expect((await fails(ONE)).failure.kind).toBe('bad_response')
    expect(upstreams[0]?.requests.length).toBe(2)
  })

  describe('of a first model that stops in the middle', () => {
    const healthy = '{"n":2}'
    const half = [startEvent('a/one'), textEvent('{"n": 1, "s": "half')]
    test.each<[string, UpstreamScript]>([
      ['by a break', [...half, makeError({ kind: 'bad_response' })]],
      ['by silence', [...half, 'hang']],
      ['by its content filter', [...half, endEvent('content_filter')]],
    ])('%s comes from the next candidate', async (_, broken) => {
      const { collectEvents, upstreams } = createHarness((world) => [
        fakeUpstream(world, 'a/one', [broken]),
        fakeUpstream(world, 'b/two', [broken]),
        fakeUpstream(world, 'c/three', [healthy]),
      ])
      const events = await collectEvents({ ...ONE, fallbacks: ['b/two', 'c/three'] })
      expect(events[1]).toEqual(textEvent(healthy))
      expect(upstreams.map((one) => one.requests.length)).toEqual([1, 1, 1])
    })
  })

  test('keeps integers beyond 2^53 as the model wrote them', async () => {
    const { collectEvents: ask } = singleModel(['{"n": 9007199254740993}'])
    expect((await ask(ONE))[1]).toEqual(textEvent('{"n": 9007199254740993}'))
  })

  test('of 200,000 brackets is an answer without JSON, not an error of the program', async () => {
    const { expectError: fails } = singleModel([`${'['.repeat(200_000)}${']'.repeat(200_000)}`])
    expect((await fails({ ...ONE, maxOutputTokens: 50_000 })).message).toContain('it holds no JSON value')
  })

  test('with tool calls is passed on unchanged', async () => {
    const call = { type: 'call', call: { id: 'c', name: 'look', args: {} } } as const
    const done = { type: 'end', finish: 'tool_calls', usage: USAGE } as const
    const { collectEvents: ask } = singleModel([[startEvent('a/one'), call, done]])
    expect(await ask(ONE)).toEqual([startEvent('a/one'), call, done])
  })
})

test('an invalid schema sends no request', async () => {
  const { expectError: fails, upstreams } = singleModel(['x'])
  expect((await fails({ model: 'a/one', json: { schema: { type: 'nope' } } })).failure).toEqual({
    kind: 'invalid_request',
    field: 'json_schema',
  })
  expect(upstreams[0]?.requests.length).toBe(0)
})

test('a count that is unknown in one round is unknown in the sum', async () => {
  const some: UpstreamScript = [
    startEvent('a/one'),
    textEvent('no'),
    { type: 'end', finish: 'stop', usage: { inputTokens: 1, outputTokens: 1 } },
  ]
  const { collectEvents: ask } = singleModel([some, '{"n":1}'])
  expect((await ask(ONE)).at(-1)).toEqual({
    type: 'end',
    finish: 'stop',
    usage: { inputTokens: 101, outputTokens: 21 },
  })
})

test('the rounds share the call’s limit of requests and its budget', async () => {
  const few = createHarness((world) => [fakeUpstream(world, 'a/one', ['{}'])], { policy: { maxAttempts: 1 } })
  expect((await few.expectError(ONE)).message).toContain('max_attempts')
  const poor = singleModel(['{}'])
  expect((await poor.expectError({ ...ONE, maxOutputTokens: 100 }, { maxMicroUsd: 4_500 })).failure.kind).toBe(
    'over_budget',
  )
  expect(poor.attempts.length).toBe(1)
})
