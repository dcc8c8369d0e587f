import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../src/contract/errors.ts'
import type { BudgetState } from '../../../src/contract/ledger.ts'
import {
  createHarness,
  endEvent,
  fakeUpstream,
  makeError,
  type RefuseHold,
  type ScriptStep,
  startEvent,
  textEvent,
  type UpstreamScript,
  USAGE,
} from '../harness.ts'

const singleModel = (
  plays: readonly UpstreamScript[],
  facts: Parameters<typeof fakeUpstream>[3] = {},
  refuse: RefuseHold = () => undefined,
) =>
  createHarness((world) => [fakeUpstream(world, 'a/one', plays, facts)], {
    policy: { maxAttemptsPerModel: 1, onStreamError: 'fail' },
    refuse,
  })
const ONE = { model: 'a/one' }
const hello = startEvent('a/one')
const early = { ...hello, usage: { inputTokens: 90, cachedInputTokens: 40, outputTokens: 1 } } as const
/** `hi`, three bytes a token. */
const LIKELY_INPUT = 1

describe('every ending is settled once, with what it used', () => {
  const table: readonly [string, readonly ScriptStep[], object, boolean][] = [
    [
      'well, with the provider’s counts',
      [hello, textEvent('x'), endEvent()],
      { outcome: 'ok', usage: USAGE, microUsd: 600 },
      false,
    ],
    [
      'well, without any',
      [hello, textEvent('nine bytes'), { type: 'end', finish: 'stop', usage: {} }],
      { outcome: 'ok', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63 },
      true,
    ],
    [
      'well, with the input told at the start and the output at the end',
      [early, textEvent('x'), { type: 'end', finish: 'stop', usage: { outputTokens: 7 } }],
      { outcome: 'ok', usage: { inputTokens: 90, cachedInputTokens: 40, outputTokens: 7 }, microUsd: 375 },
      false,
    ],
    [
      'cut off midway: never zero',
      [early, textEvent('twelve bytes'), makeError({ kind: 'bad_response' })],
      { outcome: 'bad_response', usage: { inputTokens: 90, cachedInputTokens: 40, outputTokens: 4 }, microUsd: 330 },
      true,
    ],
    [
      'silent midway',
      [hello, textEvent('twelve bytes'), 'hang'],
      { outcome: 'timeout', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63 },
      true,
    ],
    [
      'thoughts are output',
      [hello, { type: 'thinking', text: 'twelve bytes' }, makeError({ kind: 'overloaded' })],
      { outcome: 'overloaded', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63 },
      true,
    ],
    ['empty, but paid for', [hello, endEvent()], { outcome: 'bad_response', usage: USAGE, microUsd: 600 }, false],
  ]
  test.each(table)('%s', async (_, play, expected, estimated) => {
    const { router, request, call, ledger, attempts, world } = singleModel([play])
    const reading = Array.fromAsync(router.generate(request(ONE), call())).catch(() => {})
    await world.advance(600_000)
    await reading
    expect(ledger.entries).toMatchObject([{ ...expected, estimated }])
    expect(attempts).toMatchObject([{ ...expected, estimated, model: 'a/one' }])
    expect(ledger.holds.map((hold) => hold.end)).toEqual(['settled'])
  })

  test('a reader that walks away is booked at the estimate, and the upstream is aborted', async () => {
    const { router, request, call, ledger, upstreams, world } = singleModel([
      [hello, textEvent('twelve bytes'), textEvent('more'), endEvent()],
    ])
    for await (const event of router.generate(request(ONE), call())) if (event.type === 'text') break
    expect(ledger.entries).toMatchObject([
      { outcome: 'cancelled', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63, estimated: true },
    ])
    expect(upstreams[0]?.abortedCount).toBe(1)
    expect(upstreams[0]?.closedCount).toBe(1)
    expect(world.pendingSleeps).toBe(0)
  })

  test('the reader of an end finds it booked', async () => {
    const { router, request, call, ledger, attempts } = singleModel(['x'])
    for await (const event of router.generate(request(ONE), call())) {
      if (event.type !== 'end') continue
      expect(ledger.entries.length).toBe(1)
      expect(attempts.length).toBe(1)
      break
    }
    expect(ledger.entries.map((entry) => entry.outcome)).toEqual(['ok'])
  })
})

describe('what failed before any answer', () => {
  const table: readonly [Failure, boolean][] = [
    // may it have been billed?
    [{ kind: 'auth' }, false],
    [{ kind: 'rate_limited' }, false],
    [{ kind: 'overloaded', status: 500 }, false],
    [{ kind: 'invalid_request' }, false],
    [{ kind: 'filtered' }, false],
    [{ kind: 'context_too_long' }, false],
    [{ kind: 'quota_exhausted' }, false],
    [{ kind: 'unknown_model', model: 'one' }, false],
    [{ kind: 'unreachable', sent: false }, false],
    [{ kind: 'unreachable', sent: true }, true],
    [{ kind: 'timeout', phase: 'connect', afterMs: 1 }, true],
    [{ kind: 'bad_response' }, true],
    [{ kind: 'cancelled' }, true],
  ]
  test.each(table)('%j: billed %s', async (failure, billed) => {
    const { expectError: fails, ledger } = singleModel([makeError(failure)])
    await fails({ ...ONE, system: 'x'.repeat(298) })
    expect(ledger.entries).toMatchObject([
      billed
        ? { usage: { inputTokens: 100, outputTokens: 0 }, microUsd: 300, estimated: true }
        : { usage: { inputTokens: 0, outputTokens: 0 }, microUsd: 0, estimated: false },
    ])
  })
})

describe('prices', () => {
  test.each([
    ['unknown is not zero', { unpriced: true }, undefined],
    ['a local model costs nothing, and is booked', { local: true }, 0],
  ] as const)('%s', async (_, facts, microUsd) => {
    const { collectEvents: ask, ledger, attempts } = singleModel(['x'], facts)
    await ask(ONE)
    expect(ledger.holds[0]?.ask.maxMicroUsd).toBe(microUsd)
    expect(ledger.entries[0]?.maxMicroUsd).toBe(microUsd)
    expect(attempts[0]?.microUsd).toBe(microUsd)
  })
})

describe('the hold', () => {
  test('is the most that the attempt can cost, and outlives the call', async () => {
    const { collectEvents: ask, ledger, world } = singleModel(['x'])
    const now = world.now()
    await ask({ ...ONE, maxOutputTokens: 1_000 }, { deadline: now + 30_000, id: 'c1', tool: 'generate_text' })
    // 2 bytes of prompt and 80 tokens around it at $3, 1,000 tokens of output at $15, a million.
    expect(ledger.holds[0]?.ask).toEqual({
      callId: 'c1',
      tool: 'generate_text',
      provider: 'a',
      model: 'one',
      at: now,
      maxMicroUsd: 82 * 3 + 15_000,
      expiresAt: now + 90_000,
      isFirstAttempt: true,
      isFallback: false,
    })
  })

  test('is given back where the call is cancelled while it is made', async () => {
    const controller = new AbortController()
    const {
      expectError: fails,
      ledger,
      upstreams,
    } = singleModel(['x'], {}, () => {
      controller.abort()
      return undefined
    })
    expect((await fails(ONE, { signal: controller.signal })).failure.kind).toBe('cancelled')
    expect(ledger.holds.map((hold) => hold.end)).toEqual(['released'])
    expect(upstreams[0]?.requests.length).toBe(0)
  })
})

const BUDGET: BudgetState = {
  name: 'daily',
  match: '*',
  per: 'day',
  limitMicroUsd: 5_000_000,
  spentMicroUsd: 4_500_000,
  heldMicroUsd: 380_000,
  inDoubtMicroUsd: 0,
  remainingMicroUsd: 120_000,
  resetsAt: Date.UTC(2026, 0, 2),
}
const full =
  (reason: 'full' | 'unpriced'): RefuseHold =>
  () => ({ ok: false, reason, budget: BUDGET, freeAt: BUDGET.resetsAt })

describe('a budget is a wall', () => {
  test('and says what is left, when it begins anew, and the ways out', async () => {
    const { expectError: fails, upstreams, attempts } = singleModel(['x'], {}, full('full'))
    const { failure, message } = await fails(ONE)
    expect(failure).toEqual({ kind: 'over_budget', budget: 'daily', freeAt: Date.UTC(2026, 0, 2) })
    expect(message).toBe(
      'The budget "daily" ($5.00 a day for *) has $0.1200 left ($4.50 spent, $0.3800 held for calls in flight), and an answer of a/one may ' +
        'cost up to $0.1231. It resets at 2026-01-02T00:00:00Z. Raise it in `budgets` of showrunner.json or in ' +
        'SHOWRUNNER_DAILY_BUDGET_USD or SHOWRUNNER_MONTHLY_BUDGET_USD, lower max_output_tokens, or name a cheaper model.',
    )
    expect(upstreams[0]?.requests.length).toBe(0)
    expect(attempts).toEqual([])
  })

  test('through which what cannot be priced does not pass, and the way to price it is shown', async () => {
    const { expectError: fails } = singleModel(['x'], {}, full('unpriced'))
    const { message } = await fails(ONE)
    expect(message).toContain('The price of a/one is not known')
    expect(message).toContain('"a/one": { "input_usd_per_mtok"')
  })

  test('for one model is not one for the next', async () => {
    const { collectEvents: ask } = createHarness(
      (world) => [fakeUpstream(world, 'a/one', ['x']), fakeUpstream(world, 'b/two', ['y'])],
      {
        refuse: (ask) => (ask.provider === 'a' ? full('full')(ask) : undefined),
      },
    )
    expect((await ask({ model: 'a/one', fallbacks: ['b/two'] }))[0]).toMatchObject({ provider: 'b' })
  })

  test('for all of them is told by name, not as a list of failures', async () => {
    const { expectError: fails } = createHarness(
      (world) => [fakeUpstream(world, 'a/one', ['x']), fakeUpstream(world, 'b/two', ['y'])],
      {
        refuse: full('full'),
      },
    )
    expect((await fails({ model: 'a/one', fallbacks: ['b/two'] })).failure).toMatchObject({ kind: 'over_budget' })
  })
})

describe('max_cost_usd', () => {
  test('stops a request that may cost more, and says how to fit', async () => {
    const { expectError: fails, upstreams } = singleModel(['x'])
    const { failure, message } = await fails({ ...ONE, maxOutputTokens: 8_000 }, { maxMicroUsd: 50_000 })
    expect(failure).toMatchObject({ kind: 'over_budget', budget: 'max_cost_usd' })
    expect(message).toBe(
      'An answer of a/one may cost up to $0.1202, and max_cost_usd leaves $0.0500: lower max_output_tokens to 3300, raise max_cost_usd, or name a cheaper model.',
    )
    expect(upstreams[0]?.requests.length).toBe(0)
  })

  test('counts all attempts of the call', async () => {
    const broken: UpstreamScript = [
      hello,
      { type: 'thinking', text: 'x'.repeat(3_000) },
      makeError({ kind: 'bad_response' }),
    ]
    const { expectError: fails, upstreams } = createHarness((world) => [fakeUpstream(world, 'a/one', [broken])], {
      policy: { maxAttemptsPerModel: 3 },
    })
    // Each try holds $0.0152 and costs $0.0150.
    const { failure } = await fails({ ...ONE, maxOutputTokens: 1_000 }, { maxMicroUsd: 31_000 })
    expect(upstreams[0]?.requests.length).toBe(2)
    expect(failure.kind).toBe('over_budget')
  })

  test('refuses what cannot be priced', async () => {
    const { expectError: fails } = singleModel(['x'], { unpriced: true })
    expect((await fails(ONE, { maxMicroUsd: 1_000_000 })).message).toContain('max_cost_usd is set')
  })
})

test('a ledger that cannot write does not take a paid answer away: the hold stands, and is booked when it expires', async () => {
  const { world, router, request, call, ledger, attempts } = singleModel(['x'])
  const hold = ledger.hold
  ledger.hold = async (ask) => {
    const held = await hold(ask)
    return held.ok ? { ...held, settle: () => Promise.reject(new Error('disk full')) } : held
  }
  expect((await Array.fromAsync(router.generate(request(ONE), call()))).at(-1)?.type).toBe('end')
  expect(world.logLines.join()).toContain('settle_failed')
  expect(ledger.holds.map((one) => one.end)).toEqual(['open'])
  expect(attempts.length).toBe(1)
})
