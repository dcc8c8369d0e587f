import { describe, expect, test } from 'vitest'
import { type Failure, GenerateError } from '../../../src/contract/errors.ts'
import type { RoutingPolicy } from '../../../src/contract/registry.ts'
import {
  account,
  advanceUntilSettled,
  createHarness,
  fakeUpstream,
  makeError,
  startEvent,
  textEvent,
  textOf,
  type UpstreamScript,
} from '../harness.ts'

const singleModel = (plays: readonly UpstreamScript[], policy: Partial<RoutingPolicy> = {}, random = () => 0.5) =>
  createHarness((world) => [fakeUpstream(world, 'a/one', plays)], { policy, random })
const ONE = { model: 'a/one' }
const overloaded = makeError({ kind: 'overloaded' })

describe('the wait before a retry', () => {
  const asks = (retryAfterMs: number): Failure => ({ kind: 'rate_limited', retryAfterMs })
  const table: readonly [string, readonly Failure[], number, readonly number[]][] = [
    // what fails, chance, ms between the requests
    ['is random below a bound that doubles', [{ kind: 'overloaded' }, { kind: 'overloaded' }], 0.5, [250, 500]],
    ['may be zero', [{ kind: 'overloaded' }, { kind: 'overloaded' }], 0, [0, 0]],
    ['is at least what the upstream asked for', [asks(4_000), asks(9_000)], 0.5, [4_000, 9_000]],
    ['is at least the jitter', [asks(1), { kind: 'overloaded' }], 0.9, [450, 900]],
    [
      'is zero where the provider has learned to leave a setting out',
      [{ kind: 'invalid_request', learned: true }],
      0.5,
      [0],
    ],
  ]
  test.each(table)('%s', async (_, failures, chance, waits) => {
    const { collectEvents: ask, attempts, world } = singleModel([...failures.map(makeError), 'there'], {}, () => chance)
    expect(textOf(await ask(ONE))).toBe('there')
    const times = attempts.map((attempt) => attempt.at)
    expect(times.slice(1).map((at, i) => at - (times[i] ?? 0))).toEqual(waits)
    expect(world.pendingSleeps).toBe(0)
  })

  test('is skipped where the upstream asks for more than max_wait_ms', async () => {
    const { expectError: fails, world, upstreams } = singleModel([makeError(asks(15_001))])
    const began = world.now()
    await fails(ONE)
    expect(upstreams[0]?.requests.length).toBe(1)
    expect(world.now() - began).toBeLessThanOrEqual(1_000)
  })

  test('is skipped where the deadline would pass', async () => {
    const { expectError: fails, world, upstreams } = singleModel([makeError(asks(5_000))])
    await fails(ONE, { deadline: world.now() + 5_000 })
    expect(upstreams[0]?.requests.length).toBe(1)
  })

  test('is skipped after the last attempt', async () => {
    const { router, request, call, world } = singleModel([overloaded], { maxAttemptsPerModel: 1 })
    const failing = Array.fromAsync(router.generate(request(ONE), call()))
    await expect(failing).rejects.toThrow('overloaded') // without time having passed
    expect(world.pendingSleeps).toBe(0)
  })

  test('ends at once when the call is cancelled', async () => {
    const { router, request, call, world, ledger } = singleModel([makeError(asks(10_000))])
    const controller = new AbortController()
    const failing = Array.fromAsync(router.generate(request(ONE), call({ signal: controller.signal })))
    failing.catch(() => {})
    await world.advance(1_000)
    controller.abort()
    await expect(failing).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    expect(world.pendingSleeps).toBe(0)
    expect(ledger.holds.map((hold) => hold.end)).toEqual(['settled'])
  })
})

describe('the number of attempts', () => {
  const learned = makeError({ kind: 'invalid_request', learned: true })

  test('a request is sent again for each refused setting that the provider learned', async () => {
    const { collectEvents: ask, upstreams } = singleModel([learned, learned, learned, 'there'])
    expect(textOf(await ask(ONE))).toBe('there')
    expect(upstreams[0]?.requests.length).toBe(4)
  })

  test('a provider that refuses settings without end uses up the requests of the call', async () => {
    const { expectError: fails, upstreams } = singleModel([learned])
    expect((await fails(ONE)).failure.kind).toBe('invalid_request')
    expect(upstreams[0]?.requests.length).toBe(8)
  })

  test('later failures are judged on their own', async () => {
    const { expectError: fails, upstreams } = singleModel([overloaded, makeError({ kind: 'auth' })])
    expect((await fails(ONE)).failure.kind).toBe('auth')
    expect(upstreams[0]?.requests.length).toBe(2)
  })

  test('an empty answer is retried', async () => {
    const { collectEvents: ask, upstreams } = singleModel([
      [startEvent('a/one'), { type: 'end', finish: 'stop', usage: {} }],
      'full',
    ])
    expect(textOf(await ask(ONE))).toBe('full')
    expect(upstreams[0]?.requests.length).toBe(2)
  })
})

describe('a limit of the configuration', () => {
  test('that frees within max_wait_ms is waited for, and the wait is not an attempt', async () => {
    const {
      collectEvents: ask,
      upstreams,
      attempts,
      world,
    } = singleModel(['x'], { limits: [{ match: 'a', requestsPerMinute: 6 }], maxAttemptsPerModel: 1 })
    const began = world.now()
    for (let i = 0; i < 6; i++) await ask(ONE)
    await world.advance(48_000)
    await ask(ONE)
    expect(upstreams[0]?.requests.length).toBe(7)
    expect(attempts.every((attempt) => attempt.outcome === 'ok')).toBe(true)
    expect((attempts.at(-1)?.at ?? 0) - began).toBe(61_000)
  })

  test('that frees later is an error that names the limit and the time', async () => {
    const {
      collectEvents: ask,
      expectError: fails,
      world,
    } = singleModel(['x'], { limits: [{ match: '*', requestsPerMinute: 2 }] })
    const began = world.now()
    await ask(ONE)
    await ask(ONE)
    const { failure, message } = await fails(ONE)
    expect(failure).toEqual({ kind: 'refused_by_limit', limit: '*: 2 requests a minute', freeAt: began + 61_000 })
    expect(message).toContain('at 2026-01-01T00:01:01Z')
  })

  test('that never frees for this call is an error that says what to change', async () => {
    const { expectError: fails } = singleModel(['x'], { limits: [{ match: 'a/*', tokensPerMinute: 1_000 }] })
    const { failure, message } = await fails({ ...ONE, maxOutputTokens: 5_000 })
    expect(failure).toMatchObject({ kind: 'refused_by_limit', freeAt: undefined })
    expect(message).toMatch(/this call alone may take 5,001 tokens. Lower max_output_tokens/)
  })

  test('lets waiting calls in by the order of arrival; a cancelled call leaves at once', async () => {
    const { router, request, call, world } = singleModel(
      [[startEvent('a/one'), 2_000, textEvent('x'), { type: 'end', finish: 'stop', usage: {} }]],
      { limits: [{ match: 'a', concurrent: 1 }] },
    )
    const ends: string[] = []
    const givesUp = new AbortController()
    const calls = ['first', 'second', 'third', 'gives up', 'fifth'].map(async (id) => {
      const signal = id === 'gives up' ? givesUp.signal : new AbortController().signal
      await Array.fromAsync(router.generate(request(ONE), call({ id, signal }))).then(
        () => ends.push(id),
        (error: unknown) => ends.push(error instanceof GenerateError ? `${id}: ${error.failure.kind}` : String(error)),
      )
    })
    await world.advance(500)
    givesUp.abort()
    await world.advance(0)
    expect(ends).toEqual(['gives up: cancelled'])
    await advanceUntilSettled(world, Promise.all(calls))
    expect(ends.slice(1)).toEqual(['first', 'second', 'third', 'fifth'])
    expect(world.pendingSleeps).toBe(0)
  })

  test('of calls at once lets the next one in when a stream has ended', async () => {
    const { router, request, call, world, upstreams } = singleModel(
      [[startEvent('a/one'), textEvent('x'), 4_000, { type: 'end', finish: 'stop', usage: {} }]],
      {
        limits: [{ match: 'a', concurrent: 1 }],
      },
    )
    const both = [1, 2].map(() => Array.fromAsync(router.generate(request(ONE), call())))
    await world.advance(3_000)
    expect(upstreams[0]?.requests.length).toBe(1)
    expect(await router.modelStatus(account('a'), 'one')).toBe('busy')
    await advanceUntilSettled(world, Promise.all(both))
    expect(upstreams[0]?.requests.length).toBe(2)
    expect(await router.modelStatus(account('a'), 'one')).toBe('ready')
  })
})
