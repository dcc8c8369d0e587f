import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../src/contract/errors.ts'
import type { RoutingPolicy } from '../../../src/contract/registry.ts'
import {
  advanceUntilSettled,
  answeringModel,
  createHarness,
  endEvent,
  fakeUpstream,
  makeError,
  startEvent,
  textEvent,
  textOf,
  type UpstreamScript,
} from '../harness.ts'

const pair = (
  first: readonly UpstreamScript[],
  second: readonly UpstreamScript[] = ['from the second'],
  policy: Partial<RoutingPolicy> = {},
) => createHarness((world) => [fakeUpstream(world, 'a/one', first), fakeUpstream(world, 'b/two', second)], { policy })
const BOTH = { model: 'a/one', fallbacks: ['b/two'] }

describe('a failing first model and a healthy second', () => {
  const table: readonly [Failure, number][] = [
    // kind, requests to the first
    [{ kind: 'overloaded', status: 500 }, 3],
    [{ kind: 'overloaded', status: 529, retryAfterMs: 1_000 }, 3],
    [{ kind: 'rate_limited', retryAfterMs: 1_000 }, 3],
    [{ kind: 'rate_limited', retryAfterMs: 120_000 }, 1],
    [{ kind: 'unreachable', sent: true }, 3],
    [{ kind: 'bad_response' }, 3],
    [{ kind: 'quota_exhausted' }, 1],
    [{ kind: 'auth' }, 1],
    [{ kind: 'invalid_request' }, 1],
    [{ kind: 'unknown_model', model: 'one' }, 1],
    [{ kind: 'context_too_long', limitTokens: 8 }, 1],
    [{ kind: 'filtered' }, 1],
    [{ kind: 'timeout', phase: 'connect', afterMs: 1 }, 1],
  ]
  test.each(table)('%j: the second answers', async (failure, times) => {
    const { upstreams, collectEvents: ask, attempts, world, ledger } = pair([makeError(failure)])
    const events = await ask(BOTH)
    expect(textOf(events)).toBe('from the second')
    expect(answeringModel(events)).toBe('b/two')
    expect(upstreams.map((one) => one.requests.length)).toEqual([times, 1])
    expect(attempts.map(({ model, outcome }) => [model, outcome])).toEqual([
      ...Array.from({ length: times }, () => ['a/one', failure.kind]),
      ['b/two', 'ok'],
    ])
    expect(ledger.entries.map((entry) => [entry.isFirstAttempt, entry.isFallback])).toEqual([
      [true, false],
      ...Array.from({ length: times - 1 }, () => [false, false]),
      [false, true],
    ])
    expect(world.pendingSleeps).toBe(0)
  })
})

describe('a stream can move to another model until its first content', () => {
  const dead = makeError({ kind: 'bad_response' })
  test.each([
    ['after the role chunk', [startEvent('a/one'), dead]],
    [
      'after empty text and thinking',
      [startEvent('a/one'), textEvent(''), { type: 'thinking', text: 'hm' } as const, dead],
    ],
    ['by ending without an end', [startEvent('a/one')]],
    ['by ending with nothing in it', [startEvent('a/one'), endEvent()]],
    ['by declining with nothing in it', [startEvent('a/one'), endEvent('content_filter')]],
    ['by not being a stream', [textEvent('no start')]],
    ['by an unexpected error', [startEvent('a/one'), new TypeError('undefined is not a function')]],
  ] as const)('it breaks off %s: the second answers, whole', async (_, play) => {
    const { collectEvents: ask } = pair([play])
    const events = await ask(BOTH)
    expect(events.map((event) => event.type)).toEqual(['start', 'text', 'end'])
    expect(answeringModel(events)).toBe('b/two')
  })

  test('with on_stream_error fail, a stream that breaks in the middle fails and names the model and the place', async () => {
    const { upstreams, world, router, request, call, attempts } = pair(
      [[startEvent('a/one'), textEvent('Once upon'), dead]],
      ['no'],
      {
        onStreamError: 'fail',
      },
    )
    const seen: string[] = []
    const failing = advanceUntilSettled(
      world,
      (async () => {
        for await (const event of router.generate(request(BOTH), call())) seen.push(event.type)
      })(),
    )
    await expect(failing).rejects.toMatchObject({
      failure: { kind: 'bad_response' },
      message: expect.stringContaining('a/one stopped after 9 characters'),
    })
    expect(seen).toEqual(['start', 'text'])
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0])
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['bad_response'])
  })

  test('an answer cut off by its bound before any text is a failure: it is not retried, and the next model answers', async () => {
    const cut: UpstreamScript = [startEvent('a/one'), endEvent('length')]
    const { collectEvents: ask, upstreams } = pair([cut])
    expect(answeringModel(await ask(BOTH))).toBe('b/two')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 1])
    const alone = createHarness((world) => [fakeUpstream(world, 'a/one', [cut])])
    expect((await alone.expectError({ model: 'a/one' })).message).toContain('Raise max_output_tokens')
  })
})

describe('the error when no model answers', () => {
  test('of one candidate is its own error', async () => {
    const { expectError: fails } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [makeError({ kind: 'auth' })]),
    ])
    expect(await fails({ model: 'a/one' })).toMatchObject({ failure: { kind: 'auth' }, message: 'it is auth' })
  })

  test('of several candidates lists all errors, each in a few words, and what to do', async () => {
    const { expectError: fails } = createHarness(
      (world) => [
        fakeUpstream(world, 'a/one', [makeError({ kind: 'auth' })]),
        fakeUpstream(world, 'b/two', [makeError({ kind: 'rate_limited', retryAfterMs: 90_000 })]),
      ],
      { notReady: ['c/three'] },
    )
    const { failure, message } = await fails({ model: 'a/one', fallbacks: ['b/two', 'c/three'] })
    expect(message).toBe(
      'No model could answer. c/three: no key, or its key was refused; a/one: no key, or its key was refused; b/two: too many requests, asks to wait 90 s. ' +
        'Name another model (list_models shows which are ready), or try again later.',
    )
    expect(failure.kind === 'exhausted' && failure.errors.map((one) => one.failure.kind)).toEqual([
      'auth',
      'auth',
      'rate_limited',
    ])
  })

  test('a cancelled call is neither retried nor sent to another model', async () => {
    const { upstreams, expectError: fails, ledger } = pair([makeError({ kind: 'cancelled' })])
    expect((await fails(BOTH)).failure.kind).toBe('cancelled')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0])
    expect(ledger.holds.map((hold) => hold.end)).toEqual(['settled'])
  })

  const MODELS = ['a/1', 'b/2', 'c/3', 'd/4']
  const allOverloaded = (maxAttempts: number) =>
    createHarness((world) => MODELS.map((name) => fakeUpstream(world, name, [makeError({ kind: 'overloaded' })])), {
      policy: { maxAttempts },
    })
  const FOUR = { model: 'a/1', fallbacks: ['b/2', 'c/3', 'd/4'] }

  test.each([
    [8, [3, 3, 1, 1]],
    [5, [2, 1, 1, 1]],
    [4, [1, 1, 1, 1]],
  ])('with %i requests a call keeps enough of them to ask every candidate', async (maxAttempts, requests) => {
    const { upstreams, expectError: fails } = allOverloaded(maxAttempts)
    const { message } = await fails(FOUR)
    expect(upstreams.map((one) => one.requests.length)).toEqual(requests)
    expect(message).not.toContain('not asked')
  })

  test('with fewer requests than candidates the error names those that were not asked, and why', async () => {
    const { upstreams, expectError: fails } = allOverloaded(3)
    const { message } = await fails(FOUR)
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 1, 1, 0])
    expect(message).toContain('d/4: not asked, because the call gave up after 3 attempts (`routing.max_attempts`)')
  })

  test('a single failure is not the whole error where other candidates were not asked', async () => {
    const { expectError: fails } = allOverloaded(1)
    expect((await fails(FOUR)).message).toMatch(/a\/1: overloaded; b\/2: not asked.*d\/4: not asked/)
  })
})

test('an unknown fallback is skipped, with a warning', async () => {
  const { collectEvents: ask, attempts } = pair(['from the first'])
  expect(textOf(await ask({ model: 'a/one', fallbacks: ['ollama/qwen3:8b'] }))).toBe('from the first')
  expect(attempts[0]?.warnings?.[0]).toContain('The fallback ollama/qwen3:8b was passed over. There is no model')
})

describe('candidates share the time of the call', () => {
  test.each(['hang', 'deaf'] as const)('a model that hangs (%s) is ended in time for the others', async (how) => {
    const {
      world,
      collectEvents: ask,
      attempts,
    } = createHarness((world) => [
      fakeUpstream(world, 'a/1', [[how]]),
      fakeUpstream(world, 'b/2', [[startEvent('b/2'), how]]),
      fakeUpstream(world, 'c/3', ['at last']),
    ])
    const began = world.now()
    const events = await ask({ model: 'a/1', fallbacks: ['b/2', 'c/3'] }, { deadline: began + 9_000 })
    expect(textOf(events)).toBe('at last')
    expect(attempts.map(({ model, outcome, latencyMs }) => [model, outcome, latencyMs])).toEqual([
      ['a/1', 'timeout', 3_000],
      ['b/2', 'timeout', 3_000],
      ['c/3', 'ok', 0],
    ])
    expect(world.pendingSleeps).toBe(0)
  })

  test('a model that thinks is ended by the deadline, not by its share of the time', async () => {
    const hm = { type: 'thinking', text: '' } as const
    const {
      world,
      collectEvents: ask,
      expectError: fails,
    } = pair([
      [startEvent('a/one'), hm, 5_000, textEvent('42'), endEvent()],
      [startEvent('a/one'), hm, 50_000],
    ])
    expect(answeringModel(await ask(BOTH, { deadline: world.now() + 6_000 }))).toBe('a/one')
    const began = world.now()
    await fails(BOTH, { deadline: began + 6_000 })
    expect(world.now() - began).toBeLessThanOrEqual(7_000)
  })

  test('a call after its deadline sends no request', async () => {
    const { world, upstreams, expectError: fails } = pair(['x'])
    expect((await fails(BOTH, { deadline: world.now() })).failure).toMatchObject({ kind: 'timeout', phase: 'total' })
    expect(upstreams.map((one) => one.requests.length)).toEqual([0, 0])
  })
})

describe('windows', () => {
  test('a prompt that is too long for one model goes to larger windows only', async () => {
    const { upstreams, collectEvents: ask } = createHarness((world) => [
      fakeUpstream(world, 'a/1', [makeError({ kind: 'context_too_long' })], { contextTokens: 8_000 }),
      fakeUpstream(world, 'b/2', ['no'], { contextTokens: 8_000 }),
      fakeUpstream(world, 'c/3', ['yes'], { contextTokens: 32_000 }),
    ])
    expect(textOf(await ask({ model: 'a/1', fallbacks: ['b/2', 'c/3'] }))).toBe('yes')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0, 1])
  })
})

describe('models in cooldown', () => {
  const tired = makeError({ kind: 'rate_limited', retryAfterMs: 60_000 })

  test('come last, and their cooldown is not waited for while another model can be asked', async () => {
    const { upstreams, collectEvents: ask, attempts } = pair([tired, 'rested'])
    await ask(BOTH)
    await ask(BOTH)
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 2])
    expect(attempts.map((attempt) => attempt.model)).toEqual(['a/one', 'b/two', 'b/two'])
  })

  test('are waited for when all are cooling down and the first is free soon', async () => {
    const {
      world,
      upstreams,
      collectEvents: ask,
      expectError: fails,
    } = pair(
      [makeError({ kind: 'rate_limited', retryAfterMs: 40_000 }), 'one is back'],
      [makeError({ kind: 'rate_limited', retryAfterMs: 30_000 }), 'two is back'],
    )
    await fails(BOTH)
    await world.advance(20_000)
    expect(textOf(await ask(BOTH))).toBe('two is back')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 2])
  })

  test('are an error that names the limit and when it frees, if that is late', async () => {
    const {
      world,
      expectError: fails,
      upstreams,
    } = pair([tired], [makeError({ kind: 'rate_limited', retryAfterMs: 50_000 })])
    const began = world.now()
    await fails(BOTH)
    const { failure, message } = await fails(BOTH)
    expect(failure).toEqual({
      kind: 'refused_by_limit',
      limit: 'b/two: cooldown after failures',
      freeAt: began + 50_000,
    })
    expect(message).toContain('2026-01-01T00:00:50Z')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 1])
  })

  test('one failure of the only model does not block the next call', async () => {
    const {
      collectEvents: ask,
      expectError: fails,
      upstreams,
    } = createHarness((world) => [fakeUpstream(world, 'a/one', [makeError({ kind: 'overloaded' }), 'back again'])], {
      policy: { maxAttemptsPerModel: 1, maxAttempts: 1, cooldownMs: 10_000 },
    })
    await fails({ model: 'a/one' })
    expect(textOf(await ask({ model: 'a/one' }))).toBe('back again')
    expect(upstreams[0]?.requests.length).toBe(2)
  })
})
