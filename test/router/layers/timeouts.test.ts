import { describe, expect, test } from 'vitest'
import type { Timeouts } from '../../../src/contract/registry.ts'
import {
  advanceUntilSettled,
  createHarness,
  endEvent,
  fakeUpstream,
  type ScriptStep,
  startEvent,
  textEvent,
} from '../harness.ts'

const LIMITS: Timeouts = { connectMs: 1_000, firstTokenMs: 5_000, idleMs: 2_000, totalMs: 20_000 }
const singleModel = (play: readonly ScriptStep[]) =>
  createHarness((world) => [fakeUpstream(world, 'a/one', [play])], { policy: { timeouts: LIMITS } })
const ONE = { model: 'a/one' }
const hello = startEvent('a/one')
const alive = { type: 'thinking', text: '' } as const

describe('a silent upstream times out', () => {
  const table: readonly [string, readonly ScriptStep[], string, number][] = [
    ['before the headers', ['hang'], 'connect', 1_000],
    ['before the first token', [hello, 'hang'], 'first_token', 5_000],
    ['in the middle', [hello, textEvent('x'), 1_500, textEvent('y'), 'hang'], 'silence', 2_000],
    ['while it thinks aloud', [hello, 4_000, { type: 'thinking', text: 'hm' }, 'hang'], 'silence', 2_000],
    ['while it thinks in private', [hello, 4_000, alive, 4_000, alive, 'hang'], 'first_token', 5_000],
    ['before the headers, though it ignores the abort', ['deaf'], 'connect', 1_000],
    ['in the middle, though it ignores the abort', [hello, textEvent('x'), 'deaf'], 'silence', 2_000],
    [
      'by the time of the whole call',
      [hello, ...Array.from({ length: 30 }, () => [textEvent('x'), 1_000]).flat()],
      'total',
      1_000,
    ],
  ]
  test.each(table)('%s', async (_, play, phase, afterMs) => {
    const { expectError: fails, world, upstreams, attempts } = singleModel(play)
    const { failure } = await fails(ONE)
    expect(failure).toEqual({ kind: 'timeout', phase, afterMs })
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['timeout'])
    expect(upstreams[0]?.abortedCount).toBe(1)
    expect(world.pendingSleeps).toBe(0)
  })
})

describe('longer limits', () => {
  type Facts = Parameters<typeof fakeUpstream>[3]
  const run = (play: readonly ScriptStep[], facts: Facts, request = {}) => {
    const harness = createHarness((world) => [fakeUpstream(world, 'a/one', [play], facts)], {
      policy: { timeouts: LIMITS },
    })
    return harness.collectEvents({ ...ONE, ...request })
  }
  const late = [4_500, hello, textEvent('{}'), endEvent()]
  test.each<[string, Facts, object]>([
    ['a local engine', { local: true }, {}],
    ['a reasoning model', { abilities: ['text', 'thinking'] }, {}],
    ['an answer by schema', {}, { json: { schema: {} } }],
  ])('%s may send its headers with its first token', async (_, facts, request) => {
    expect((await run(late, facts, request)).at(-1)?.type).toBe('end')
  })

  test('a reasoning model has 2.5 times as long until its first token', async () => {
    const play = [hello, alive, 12_000, textEvent('x'), endEvent()]
    expect((await run(play, { abilities: ['text', 'thinking'] })).at(-1)?.type).toBe('end')
    await expect(run(play, {})).rejects.toMatchObject({ failure: { phase: 'first_token' } })
  })
})

test('an answer without end is cut far beyond its bound, ends with `length`, and stays in doubt', async () => {
  const flood: ScriptStep[] = [hello, ...Array.from({ length: 100 }, () => textEvent('x'.repeat(10_000))), 'hang']
  const { collectEvents, ledger, upstreams, world } = singleModel(flood)
  const events = await collectEvents({ ...ONE, maxOutputTokens: 64 })
  expect(events.at(-1)).toEqual({ type: 'end', finish: 'length', usage: {} })
  expect(events.filter(({ type }) => type === 'text')).toHaveLength(7)
  expect(ledger.entries).toMatchObject([{ outcome: 'ok', estimated: true }])
  expect(ledger.entries[0]?.inDoubtMicroUsd).toBeGreaterThan(0)
  expect(upstreams[0]?.closedCount).toBe(1)
  expect(world.pendingSleeps).toBe(0)
})

test('an upstream that keeps sending does not time out', async () => {
  const {
    collectEvents: ask,
    world,
    upstreams,
  } = singleModel([900, hello, 4_900, alive, 1_900, textEvent('a'), 1_900, textEvent('b'), 1_900, endEvent()])
  expect((await ask(ONE)).at(-1)?.type).toBe('end')
  expect(world.pendingSleeps).toBe(0)
  expect(upstreams[0]?.closedCount).toBe(1)
})

test('a slow reader is not a silent upstream', async () => {
  const { router, request, call, world } = singleModel([hello, textEvent('a'), textEvent('b'), endEvent()])
  const reading = (async () => {
    for await (const event of router.generate(request(ONE), call())) if (event.type === 'text') await world.sleep(8_000)
  })()
  await advanceUntilSettled(world, reading)
  expect(world.pendingSleeps).toBe(0)
})

test('a cancel reaches the upstream at once, even one that ignores aborts, and leaves no timer', async () => {
  for (const how of ['hang', 'deaf'] as const) {
    const { router, request, call, world, upstreams, attempts } = singleModel([hello, textEvent('a'), how])
    const controller = new AbortController()
    const failing = Array.fromAsync(router.generate(request(ONE), call({ signal: controller.signal })))
    failing.catch(() => {})
    await world.advance(500)
    controller.abort()
    await expect(failing).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    expect(upstreams[0]?.abortedCount).toBe(1)
    expect(world.pendingSleeps).toBe(0)
    expect(attempts).toMatchObject([{ outcome: 'cancelled', latencyMs: 500, estimated: true }])
  }
})

test('a call that was cancelled before it began sends no request', async () => {
  const { expectError: fails, upstreams, ledger } = singleModel([hello, textEvent('a'), endEvent()])
  expect((await fails(ONE, { signal: AbortSignal.abort() })).failure.kind).toBe('cancelled')
  expect(upstreams[0]?.requests.length).toBe(0)
  expect(ledger.holds).toEqual([])
})
