import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { RoutingPolicy } from '../../../src/contract/registry.ts'
import {
  advanceUntilSettled,
  answeringModel,
  createHarness,
  endEvent,
  fakeUpstream,
  makeError,
  type ScriptStep,
  startEvent,
  textEvent,
  textOf,
  type UpstreamScript,
} from '../harness.ts'

const HEDGED: Partial<RoutingPolicy> = { hedgeAfterMs: 2_000 }
const names = ['a/1', 'b/2', 'c/3'] as const
const three = (plays: readonly (readonly UpstreamScript[])[], policy: Partial<RoutingPolicy> = {}) =>
  createHarness((world) => plays.map((each, i) => fakeUpstream(world, names[i] ?? '', each)), {
    policy: { ...HEDGED, ...policy },
  })
const ALL = { model: 'a/1', fallbacks: ['b/2', 'c/3'] }
const answers = (name: string, afterMs: number): UpstreamScript => [
  startEvent(name),
  afterMs,
  textEvent(`from ${name}`),
  endEvent(),
]

describe('a slow first model', () => {
  test('gets a hedge; the first to open wins, the other is cancelled and booked', async () => {
    const {
      collectEvents: ask,
      upstreams,
      attempts,
      ledger,
      world,
    } = three([[answers('a/1', 60_000)], [answers('b/2', 1_000)]])
    const events = await ask({ model: 'a/1', fallbacks: ['b/2'] })
    expect(events.map((event) => event.type)).toEqual(['start', 'text', 'end'])
    expect(answeringModel(events)).toBe('b/2')
    expect(attempts.map(({ model, outcome, latencyMs }) => [model, outcome, latencyMs])).toEqual([
      ['a/1', 'cancelled', 3_000],
      ['b/2', 'ok', 1_000],
    ])
    expect(
      ledger.entries.map(({ model, estimated, isFirstAttempt: first, isFallback: fallback }) => [
        model,
        estimated,
        first,
        fallback,
      ]),
    ).toEqual([
      ['1', true, true, false],
      ['2', false, false, true],
    ])
    expect(attempts[0]?.microUsd).toBeGreaterThan(0)
    expect(upstreams.map((one) => [one.requests.length, one.closedCount, one.abortedCount])).toEqual([
      [1, 1, 1],
      [1, 1, 0],
    ])
    expect(world.pendingSleeps).toBe(0)
  })

  test('may still win', async () => {
    const { collectEvents: ask, attempts } = three([[answers('a/1', 2_500)], [answers('b/2', 1_000)], ['no']])
    expect(answeringModel(await ask(ALL))).toBe('a/1')
    expect(attempts.map(({ model, outcome }) => `${model} ${outcome}`)).toEqual(['b/2 cancelled', 'a/1 ok'])
  })

  test.each<[string, UpstreamScript]>([
    ['answers in time', answers('a/1', 1_900)],
    [
      'gives a sign of life in time',
      [startEvent('a/1'), { type: 'thinking', text: '' }, 9_000, textEvent('x'), endEvent()],
    ],
  ])('that %s is left alone', async (_, play) => {
    const { collectEvents: ask, upstreams } = three([[play], ['no'], ['no']])
    expect(answeringModel(await ask(ALL))).toBe('a/1')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0, 0])
  })

  test('never has more than one hedge; a failed hedge is replaced', async () => {
    const slow = three([[answers('a/1', 60_000)], [answers('b/2', 50_000)], ['no']])
    expect(answeringModel(await slow.collectEvents(ALL))).toBe('b/2')
    expect(slow.upstreams.map((one) => one.requests.length)).toEqual([1, 1, 0])
    const failing = three([[answers('a/1', 60_000)], [makeError({ kind: 'auth' })], ['third']])
    expect(textOf(await failing.collectEvents(ALL))).toBe('third')
    expect(failing.attempts.map(({ outcome }) => outcome)).toEqual(['auth', 'cancelled', 'ok'])
  })

  test('gets no hedge where hedging is off, or where there is no other model', async () => {
    const off = three([[answers('a/1', 20_000)], ['no'], ['no']], { hedgeAfterMs: undefined })
    expect(answeringModel(await off.collectEvents(ALL))).toBe('a/1')
    const alone = three([[answers('a/1', 20_000)]])
    expect(answeringModel(await alone.collectEvents({ model: 'a/1' }))).toBe('a/1')
  })

  test.each<[string, Partial<RoutingPolicy>, object]>([
    ['the call’s requests are used up', { maxAttempts: 1 }, {}],
    ['a limit is used up', { limits: [{ match: '*', concurrent: 1 }] }, {}],
    // The first may cost 123,126 micro-dollars of it.
    ['the call’s budget is held for the first', {}, { maxMicroUsd: 240_000 }],
  ])('gets no hedge where %s', async (_, policy, call) => {
    const {
      collectEvents: ask,
      upstreams,
      ledger,
    } = three([[answers('a/1', 20_000)], ['no']], { maxWaitMs: 1_000, ...policy })
    expect(answeringModel(await ask({ model: 'a/1', fallbacks: ['b/2'] }, call))).toBe('a/1')
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0])
    expect(ledger.holds.map((hold) => hold.end)).toEqual(['settled'])
  })

  test('is cancelled with its hedge when the caller cancels', async () => {
    const { world, router, request, call, attempts, ledger } = three([[['hang']], [['deaf']], ['no']])
    const caller = new AbortController()
    const reading = Array.fromAsync(router.generate(request(ALL), call({ signal: caller.signal })))
    const outcome = expect(reading).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(3_000)
    caller.abort()
    await world.advance(1_000)
    await outcome
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['cancelled', 'cancelled'])
    expect(ledger.holds.map((hold) => hold.end)).toEqual(['settled', 'settled'])
    expect(world.pendingSleeps).toBe(0)
  })
})

const step = fc.constantFrom<ScriptStep>(
  textEvent('word '),
  { type: 'thinking', text: '' },
  500,
  1_500,
  4_000,
  'hang',
  'deaf',
  makeError({ kind: 'overloaded' }),
  makeError({ kind: 'bad_response' }),
  makeError({ kind: 'rate_limited', retryAfterMs: 1_000 }),
)
const play = fc.oneof(
  fc.array(step, { maxLength: 4 }).map((steps) => [startEvent('p/m'), ...steps, endEvent()]),
  fc.array(step, { maxLength: 3 }),
)
const script = fc.record({
  models: fc.array(fc.array(play, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 }),
  leaveAfter: fc.option(fc.integer({ min: 0, max: 4 })),
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 12_000 })),
  attemptsInAll: fc.integer({ min: 1, max: 6 }),
  maxMicroUsd: fc.option(fc.constantFrom(123_126, 200_000, 300_000)),
})

test('with random outcomes: two requests at most, every hold ends once, no timer is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ models, leaveAfter, cancelAtMs, attemptsInAll, maxMicroUsd }) => {
      const all = models.map((_, i) => `p${i}/m`)
      const { world, router, request, call, ledger, upstreams, attempts } = createHarness(
        (in_) => models.map((plays, i) => fakeUpstream(in_, all[i] ?? '', plays)),
        {
          policy: {
            ...HEDGED,
            maxAttempts: attemptsInAll,
            timeouts: TIMEOUTS,
            limits: [{ match: '*', concurrent: 2 }],
          },
        },
      )
      const [model = '', ...fallbacks] = all
      const controller = new AbortController()
      if (cancelAtMs !== null) world.sleep(cancelAtMs).then(() => controller.abort())
      const reading = (async () => {
        const events: string[] = []
        try {
          const options = { signal: controller.signal, ...(maxMicroUsd !== null && { maxMicroUsd }) }
          for await (const event of router.generate(request({ model, fallbacks }), call(options))) {
            events.push(event.type)
            if (events.length - 1 === leaveAfter) return
          }
          expect(events.filter((type) => type === 'end')).toHaveLength(1)
        } catch (cause) {
          if (!(cause instanceof GenerateError)) throw cause
          expect(events).not.toContain('end')
        }
        // Every attempt is reported before the call is over.
        expect(attempts.length).toBe(ledger.entries.length)
        expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
      })()
      await advanceUntilSettled(world, reading)
      await world.advance(60_000)
      const asked = upstreams.reduce((sum, one) => sum + one.requests.length, 0)
      expect(asked).toBe(ledger.entries.length)
      expect(asked).toBeLessThanOrEqual(attemptsInAll)
      expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
      const inFlight = ledger.maxOpenHolds
      expect(inFlight).toBeLessThanOrEqual(2)
      expect(ledger.entries.filter((entry) => entry.isFirstAttempt)).toHaveLength(Math.min(1, asked))
      if (maxMicroUsd !== null) {
        expect(ledger.entries.reduce((sum, entry) => sum + (entry.microUsd ?? 0), 0)).toBeLessThanOrEqual(maxMicroUsd)
      }
      expect(world.pendingSleeps).toBe(0)
      const [limit] = await router.limitStates()
      expect(limit?.freeAt).toBe(world.now())
    }),
    { numRuns: 200 },
  )
})

const TIMEOUTS = { connectMs: 5_000, firstTokenMs: 6_000, idleMs: 5_000, totalMs: 30_000 }
