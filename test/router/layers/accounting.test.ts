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

describe('every ending is settled once, with its usage', () => {
  const table: readonly [string, readonly ScriptStep[], object, boolean][] = [
    [
      'a good end with the provider’s counts',
      [hello, textEvent('x'), endEvent()],
      { outcome: 'ok', usage: USAGE, microUsd: 600 },
      false,
    ],
    [
      'a good end without counts',
      [hello, textEvent('nine bytes'), { type: 'end', finish: 'stop', usage: {} }],
      { outcome: 'ok', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63 },
      true,
    ],
    [
      'a good end with the input count at the start and the output count at the end',
      [early, textEvent('x'), { type: 'end', finish: 'stop', usage: { outputTokens: 7 } }],
      { outcome: 'ok', usage: { inputTokens: 90, cachedInputTokens: 40, outputTokens: 7 }, microUsd: 375 },
      false,
    ],
    [
      'a break in the middle: never zero',
      [early, textEvent('twelve bytes'), makeError({ kind: 'bad_response' })],
      { outcome: 'bad_response', usage: { inputTokens: 90, cachedInputTokens: 40, outputTokens: 4 }, microUsd: 330 },
      true,
    ],
    [
      'silence in the middle',
      [hello, textEvent('twelve bytes'), 'hang'],
      { outcome: 'timeout', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63 },
      true,
    ],
    [
      'thinking counts as output',
      [hello, { type: 'thinking', text: 'twelve bytes' }, makeError({ kind: 'overloaded' })],
      { outcome: 'overloaded', usage: { inputTokens: LIKELY_INPUT, outputTokens: 4 }, microUsd: 63 },
      true,
    ],
    [
      'an empty answer that is paid for',
      [hello, endEvent()],
      { outcome: 'bad_response', usage: USAGE, microUsd: 600 },
      false,
    ],
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

  test('a call whose reader leaves is booked at the estimate, and its upstream is aborted', async () => {
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

  test('the call is booked when the reader gets the end', async () => {
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

describe('the amount that the vendor may still bill stays in doubt', () => {
  /** 82 tokens of input at $3 and 1,000 of output at $15 a million. */
  const HOLD = 82 * 3 + 15_000
  const ask = { ...ONE, maxOutputTokens: 1_000 }
  const cut = makeError({ kind: 'bad_response' })
  const noCounts = { type: 'end', finish: 'stop', usage: {} } as const
  const bills = (...steps: readonly ScriptStep[]): readonly ScriptStep[] => [hello, ...steps]
  const table: readonly [string, readonly ScriptStep[], Parameters<typeof fakeUpstream>[3], number][] = [
    ['a broken stream: the rest of the hold', bills(textEvent('twelve bytes'), cut), {}, HOLD - 63],
    ['a timeout: the rest of the hold', bills('hang'), {}, HOLD - 3],
    [
      'a vendor that stops when the connection closes: 1,000 tokens a second until then',
      bills(500, textEvent('twelve bytes'), cut),
      { stopsWhenClosed: true },
      82 * 3 + 500 * 15 - 63,
    ],
    ['a whole answer without counts: a token a byte', bills(textEvent('twelve bytes'), noCounts), {}, 246 + 180 - 63],
    [
      'a whole answer of a reasoning model without counts: the rest of the hold',
      bills(textEvent('twelve bytes'), noCounts),
      { abilities: ['text', 'thinking'] },
      HOLD - 63,
    ],
    ['a counted answer: nothing', bills(textEvent('x'), endEvent()), {}, 0],
    ['an explicit refusal: nothing', [makeError({ kind: 'rate_limited' })], {}, 0],
  ]
  test.each(table)('after %s', async (_, play, facts, inDoubtMicroUsd) => {
    const { router, request, call, ledger, attempts, world } = singleModel([play], facts)
    const reading = Array.fromAsync(router.generate(request(ask), call())).catch(() => {})
    await world.advance(600_000)
    await reading
    expect(ledger.entries[0]?.inDoubtMicroUsd ?? 0).toBe(inDoubtMicroUsd)
    expect(attempts[0]?.inDoubtMicroUsd ?? 0).toBe(inDoubtMicroUsd)
  })

  test('a cancelled call and the loser of a hedge are in doubt too', async () => {
    const { router, request, call, ledger } = singleModel([[hello, textEvent('twelve bytes'), 'hang']])
    for await (const event of router.generate(request(ask), call())) if (event.type === 'text') break
    expect(ledger.entries[0]?.inDoubtMicroUsd).toBe(HOLD - 63)
    await router.whenIdle()
  })

  test('max_cost_usd counts it', async () => {
    const { expectError: fails, upstreams } = createHarness(
      (world) => [fakeUpstream(world, 'a/one', [[hello, cut]])],
      {},
    )
    expect((await fails(ask, { maxMicroUsd: 2 * HOLD - 1 })).failure.kind).toBe('over_budget')
    expect(upstreams[0]?.requests.length).toBe(1)
  })
})

describe('implausible counts', () => {
  const ends = (usage: object): readonly ScriptStep[] => [
    hello,
    textEvent('word '.repeat(60)),
    { type: 'end', finish: 'stop', usage },
  ]
  const ask = { ...ONE, maxOutputTokens: 1_000 }

  test('zeros beside a prompt and an answer are estimated', async () => {
    const { collectEvents, ledger } = singleModel([ends({ inputTokens: 0, outputTokens: 0 })])
    await collectEvents(ask)
    expect(ledger.entries).toMatchObject([{ usage: { inputTokens: 1, outputTokens: 100 }, estimated: true }])
  })

  test.each([
    ['max_cost_usd', { maxMicroUsd: 1_000_000 }],
    ['an absurd count', {}],
  ])('a claim beyond the hold is booked as the hold (%s), and people are warned', async (why, call) => {
    const claim =
      why === 'max_cost_usd' ? { inputTokens: 100_000, outputTokens: 10 } : { inputTokens: 9e15, outputTokens: 9e15 }
    const { collectEvents, ledger, attempts } = singleModel([ends(claim)])
    await collectEvents(ask, call)
    const hold = ledger.entries[0]?.maxMicroUsd
    expect(ledger.entries).toMatchObject([{ microUsd: hold, estimated: true, usage: { inputTokens: 82 } }])
    expect(attempts[0]?.warnings?.join()).toContain('a/one reports a usage of $')
  })

  test('without a budget a plausible claim beyond the hold is booked as reported, with the warning', async () => {
    const { collectEvents, attempts } = singleModel([ends({ inputTokens: 100_000, outputTokens: 10 })])
    await collectEvents(ask)
    expect(attempts).toMatchObject([{ microUsd: 300_150, estimated: true }])
    expect(attempts[0]?.warnings).toHaveLength(1)
  })
})

describe("the vendor's own prices", () => {
  const usage = { inputTokens: 100, outputTokens: 20 }
  test.each([
    ['its bill wins over the price list', { ...usage, billedMicroUsd: 77 }, {}, 77, false],
    [
      'its bill is the cost of a model of unknown price',
      { ...usage, billedMicroUsd: 77 },
      { unpriced: true },
      77,
      false,
    ],
    ['a bill of zero beside a price is not a bill', { ...usage, billedMicroUsd: 0 }, {}, 600, false],
    ['a dear service tier is estimated at twice the price', { ...usage, serviceTier: 'priority' }, {}, 1_200, true],
  ] as const)('%s', async (_, reported, facts, microUsd, estimated) => {
    const end = { type: 'end', finish: 'stop', usage: reported } as const
    const { collectEvents, attempts } = singleModel([[hello, textEvent('x'), end]], facts)
    await collectEvents(ONE)
    expect(attempts).toMatchObject([{ microUsd, estimated }])
  })
})

describe('budget that is short only because of holds', () => {
  const held: RefuseHold = () => ({ ok: false, reason: 'held', budget: BUDGET, freeAt: undefined })
  test('is waited for', async () => {
    let refusals = 0
    const { collectEvents, ledger, world } = singleModel(['x'], {}, (ask) => (refusals++ < 3 ? held(ask) : undefined))
    const startedAt = world.now()
    await collectEvents(ONE)
    expect((ledger.holds[0]?.ask.at ?? 0) - startedAt).toBe(750)
  })

  test('is an error when it does not come back within max_wait_ms', async () => {
    const { expectError: fails } = singleModel(['x'], {}, held)
    expect((await fails(ONE)).failure.kind).toBe('over_budget')
  })
})

describe('a failure before any answer', () => {
  const table: readonly [Failure, boolean][] = [
    // failure, whether it may have been billed
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
    ['an unknown price is not zero', { unpriced: true }, undefined],
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

  test('is released when the call is cancelled while the hold is being made', async () => {
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

test('the error for an answer that costs more than a whole period of the budget says so', async () => {
  const budget = {
    ...BUDGET,
    limitMicroUsd: 100_000,
    spentMicroUsd: 0,
    remainingMicroUsd: 100_000,
    inDoubtMicroUsd: 2_000,
  }
  const { expectError: fails } = singleModel(['x'], {}, () => ({
    ok: false,
    reason: 'full',
    budget,
    freeAt: undefined,
  }))
  const { message } = await fails(ONE)
  expect(message).toContain('but one such answer may cost more than its whole amount for a day')
  expect(message).toContain('$0.002000 that vendors may still bill')
})

describe('a used-up budget', () => {
  test('refuses the call and says what is left, when it resets, and what to change', async () => {
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

  test('refuses a model of unknown price, and shows how to set the price', async () => {
    const { expectError: fails } = singleModel(['x'], {}, full('unpriced'))
    const { message } = await fails(ONE)
    expect(message).toContain('The price of a/one is not known')
    expect(message).toContain('"a/one": { "input_usd_per_mtok"')
  })

  test('of one model does not refuse the next model', async () => {
    const { collectEvents: ask } = createHarness(
      (world) => [fakeUpstream(world, 'a/one', ['x']), fakeUpstream(world, 'b/two', ['y'])],
      {
        refuse: (ask) => (ask.provider === 'a' ? full('full')(ask) : undefined),
      },
    )
    expect((await ask({ model: 'a/one', fallbacks: ['b/two'] }))[0]).toMatchObject({ provider: 'b' })
  })

  test('of all models is reported by name, not as a list of failures', async () => {
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

  test('refuses a model of unknown price', async () => {
    const { expectError: fails } = singleModel(['x'], { unpriced: true })
    expect((await fails(ONE, { maxMicroUsd: 1_000_000 })).message).toContain('max_cost_usd is set')
  })
})

test('a ledger that cannot write does not take a paid answer away: the hold remains, and is booked when it expires', async () => {
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
