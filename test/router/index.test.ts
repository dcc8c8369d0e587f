import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/contract/errors.ts'
import { GenerateError } from '../../src/contract/errors.ts'
import { candidateName } from '../../src/router/format.ts'
import {
  account,
  advanceUntilSettled,
  answeringModel,
  createHarness,
  endEvent,
  fakeUpstream,
  makeError,
  type ScriptStep,
  startEvent,
  textEvent,
} from './harness.ts'

describe('the reports of a router', () => {
  test('status: ready, cooling down, busy', async () => {
    const {
      router,
      expectError: fails,
      collectEvents: ask,
    } = createHarness(
      (world) => [
        fakeUpstream(world, 'a/tired', [makeError({ kind: 'rate_limited', retryAfterMs: 60_000 })]),
        fakeUpstream(world, 'b/two', ['x']),
      ],
      { policy: { limits: [{ match: 'b', requestsPerMinute: 1 }] } },
    )
    expect(
      await Promise.all([router.modelStatus(account('a'), 'tired'), router.modelStatus(account('b'), 'two')]),
    ).toEqual(['ready', 'ready'])
    await fails({ model: 'a/tired' })
    await ask({ model: 'b/two' })
    expect(
      await Promise.all([router.modelStatus(account('a'), 'tired'), router.modelStatus(account('b'), 'two')]),
    ).toEqual(['cooling_down', 'busy'])
    expect(await router.modelStatus(account('a'), 'other')).toBe('ready')
  })

  test('a refused key does not cool down another key of the provider, and liftCooldown ends it', async () => {
    const { router, expectError: fails } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [makeError({ kind: 'auth' })]),
    ])
    await fails({ model: 'a/one' })
    expect((await fails({ model: 'a/one' })).message).toMatch(
      /a\/one is cooling down .* after a failure at 2026-01-01T00:00:00Z: no key, or its key was refused\./,
    )
    expect(await router.modelStatus({ id: 'a', accountId: 'another key' }, 'one')).toBe('ready')
    await router.liftCooldown(account('a'))
    expect(await router.modelStatus(account('a'), 'one')).toBe('ready')
  })

  test('a refused key cools down every model behind it', async () => {
    const { router, expectError: fails } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [makeError({ kind: 'auth' })]),
    ])
    await fails({ model: 'a/one' })
    expect(await router.modelStatus(account('a'), 'other')).toBe('cooling_down')
  })

  test('limits: every rule, and the cooldowns in effect', async () => {
    const {
      router,
      expectError: fails,
      world,
    } = createHarness(
      (upstreams) => [fakeUpstream(upstreams, 'a/one', [makeError({ kind: 'rate_limited', retryAfterMs: 60_000 })])],
      { policy: { limits: [{ match: '*', requestsPerMinute: 30, tokensPerMinute: 100_000, concurrent: 4 }] } },
    )
    const began = world.now()
    await fails({ model: 'a/one' })
    expect(await router.limitStates()).toEqual([
      { name: '*: 30 requests a minute', freeAt: world.now() },
      { name: '*: 100,000 tokens a minute', freeAt: world.now() },
      { name: '*: 4 calls at once', freeAt: world.now() },
      { name: 'a/one: cooldown after failures', freeAt: began + 60_000 },
    ])
  })

  test('a rule is one limit, shared by all models that it matches', async () => {
    const { collectEvents: ask, expectError: fails } = createHarness(
      (world) => [fakeUpstream(world, 'a/one', ['x']), fakeUpstream(world, 'a/two', ['y'])],
      {
        policy: { limits: [{ match: 'a', requestsPerMinute: 1 }] },
      },
    )
    await ask({ model: 'a/one' })
    expect((await fails({ model: 'a/two' })).failure).toMatchObject({ limit: 'a: 1 requests a minute' })
  })

  test('resolve: what a name means now', async () => {
    const { router } = createHarness((world) => [fakeUpstream(world, 'a/one', []), fakeUpstream(world, 'b/two', [])], {
      policy: { aliases: { both: ['two', 'one'] } },
      notReady: ['c/three'],
    })
    const signal = new AbortController().signal
    expect((await router.resolve('both', signal)).map(candidateName)).toEqual(['b/two', 'a/one'])
    expect((await router.resolve('auto', signal)).map(candidateName)).toEqual(['a/one', 'b/two'])
    await expect(router.resolve('three', signal)).rejects.toMatchObject({ failure: { kind: 'auth' } })
  })
})

describe('strategies use the measured latency', () => {
  test('fastest asks every model once and then the quickest', async () => {
    const slow = [startEvent('a/slow'), 3_000, textEvent('x'), endEvent()]
    const quick = [startEvent('b/quick'), 1_000, textEvent('x'), endEvent()]
    const { collectEvents: ask } = createHarness(
      (world) => [fakeUpstream(world, 'a/slow', [slow]), fakeUpstream(world, 'b/quick', [quick])],
      {
        policy: { strategy: 'fastest' },
      },
    )
    const by: (string | undefined)[] = []
    for (let i = 0; i < 4; i++) by.push(answeringModel(await ask()))
    expect(by).toEqual(['b/quick', 'a/slow', 'b/quick', 'b/quick'])
  })
})

/** Random failures of an upstream. */
const failure = fc.constantFrom<Failure>(
  { kind: 'overloaded', status: 500 },
  { kind: 'rate_limited', retryAfterMs: 2_000 },
  { kind: 'rate_limited', retryAfterMs: 200_000 },
  { kind: 'auth' },
  { kind: 'quota_exhausted' },
  { kind: 'invalid_request' },
  { kind: 'invalid_request', learned: true },
  { kind: 'context_too_long' },
  { kind: 'unreachable', sent: true },
  { kind: 'bad_response' },
)
const middle = fc.oneof(
  fc.constantFrom<ScriptStep>(
    textEvent('word '),
    textEvent(''),
    { type: 'thinking', text: '' },
    700,
    40_000,
    'hang',
    'deaf',
  ),
  failure.map((one): ScriptStep => makeError(one)),
)
const play = fc.oneof(
  failure.map((one) => [makeError(one)] as const),
  fc.array(middle, { maxLength: 5 }).map((steps) => [startEvent('p/m'), ...steps, endEvent()]),
  fc.array(middle, { maxLength: 3 }),
)
const script = fc.record({
  models: fc.array(fc.array(play, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  calls: fc.integer({ min: 1, max: 3 }),
  leaveAfter: fc.option(fc.integer({ min: 0, max: 4 })),
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 30_000 })),
  json: fc.boolean(),
  concurrent: fc.integer({ min: 1, max: 3 }),
})

test('whatever the upstreams do: every hold ends once, requests are bounded, no timer and no place is left taken', async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ models, calls, leaveAfter, cancelAtMs, json, concurrent }) => {
      const names = models.map((_, i) => `p${i}/m`)
      const { world, router, request, call, ledger, upstreams, attempts } = createHarness(
        (in_) => models.map((plays, i) => fakeUpstream(in_, names[i] ?? '', plays)),
        { policy: { limits: [{ match: '*', concurrent }], timeouts: TIMEOUTS } },
      )
      const [model = '', ...fallbacks] = names
      const asked = request({ model, fallbacks, ...(json && { json: { schema: { type: 'object' } } }) })
      const one = async (): Promise<void> => {
        const controller = new AbortController()
        if (cancelAtMs !== null) world.sleep(cancelAtMs).then(() => controller.abort())
        let seen = 0
        let ends = 0
        try {
          for await (const event of router.generate(asked, call({ signal: controller.signal }))) {
            if (event.type === 'end') ends++
            if (seen++ === leaveAfter) return
          }
          expect(ends).toBe(1)
        } catch (cause) {
          if (!(cause instanceof GenerateError)) throw cause
          expect(ends).toBe(0)
        }
      }
      await advanceUntilSettled(world, Promise.all(Array.from({ length: calls }, one)))
      await world.advance(60_000) // for the cancels that came too late
      expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
      expect(attempts.length).toBe(ledger.entries.length)
      const requests = upstreams.reduce((sum, { requests: all }) => sum + all.length, 0)
      expect(requests).toBe(ledger.entries.length)
      expect(requests).toBeLessThanOrEqual(8 * calls)
      expect(world.pendingSleeps).toBe(0)
      const [limit] = await router.limitStates()
      expect(limit?.freeAt).toBe(world.now())
    }),
    { numRuns: 150 },
  )
})

const TIMEOUTS = { connectMs: 5_000, firstTokenMs: 20_000, idleMs: 10_000, totalMs: 60_000 }
