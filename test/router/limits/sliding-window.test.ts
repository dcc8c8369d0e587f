import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Limit, QuotaCost } from '../../../src/contract/limit.ts'
import { slidingWindow } from '../../../src/router/limits/sliding-window.ts'
import { memoryStore, type StateStore, sharedStore } from '../../../src/router/limits/state-store.ts'
import { expectGranted, reserveUntilRefused, testLimitContract } from '../../suites/limit.ts'
import { limitOn, newSharedState, STATE_STORES } from './state-stores.ts'

const MINUTE = 60_000
/** A request counts until the end of its sixtieth of the window. */
const SPAN = MINUTE / 60
const leaves = (arrived: number): number => (Math.floor(arrived / SPAN) + 1) * SPAN + MINUTE

const requests = (n: number): QuotaCost => ({ requests: n, tokens: 0 })
const tokens = (n: number): QuotaCost => ({ requests: 1, tokens: n })
const limitOf = (of: keyof QuotaCost, most: number, store: StateStore = memoryStore, windowMs = MINUTE): Limit =>
  limitOn(slidingWindow(`${most} ${of}`, { of, most, windowMs }), store)

for (const { where, open: store } of STATE_STORES) {
  testLimitContract(`rate, kept ${where},`, {
    make: async () => limitOf('requests', 60, await store()),
    exhaust: reserveUntilRefused,
    freeAfterMs: MINUTE + SPAN,
  })
}

describe('sixty a minute', () => {
  test('are let through at once, and the next when the first has left the window', async () => {
    const limit = limitOf('requests', 60)
    // [ms, take, answer]: true, or the time at which it frees.
    const table: readonly [number, number, true | number | undefined][] = [
      [0, 50, true],
      [30_000, 10, true],
      [30_000, 1, MINUTE + SPAN],
      [MINUTE, 1, MINUTE + SPAN], // a full bucket would be full again by now, and let sixty more through
      [MINUTE + SPAN, 50, true],
      [MINUTE + SPAN, 1, 30_000 + MINUTE + SPAN],
      [600_000, 61, undefined], // more than a whole minute's worth: waiting will not help
      [600_000, 60, true],
      [600_000, 1, 660_000 + SPAN],
    ]
    for (const [at, take, answer] of table) {
      const grant = await limit.reserve(requests(take), at)
      expect([at, take, grant.ok || grant.freeAt]).toEqual([at, take, answer])
      if (grant.ok) await grant.settle({ used: requests(take) }, at)
    }
  })

  test('a request in flight may reach its upstream late, and counts from its arrival', async () => {
    const limit = limitOf('requests', 1)
    const first = expectGranted(await limit.reserve(requests(1), 0))
    // Without an answer it is assumed to arrive 10 s later.
    expect(await limit.freeAt(0)).toBe(leaves(10_000))
    await first.settle({ used: requests(1), arrivedBy: 1_300 }, 50_000)
    expect(await limit.freeAt(50_000)).toBe(leaves(1_300))
  })

  test('a clock that is set back by hours blocks no call for hours', async () => {
    const limit = limitOf('requests', 1)
    await expectGranted(await limit.reserve(requests(1), 36_000_000)).settle({ used: requests(1) }, 36_000_000)
    expect(await limit.reserve(requests(1), 0)).toMatchObject({ ok: false, freeAt: MINUTE + SPAN })
    expect((await limit.reserve(requests(1), MINUTE + SPAN)).ok).toBe(true)
  })
})

test('a settle gives back unused tokens, and the next calls wait for usage beyond the estimate', async () => {
  const limit = limitOf('tokens', 1_000)
  await expectGranted(await limit.reserve(tokens(900), 0)).settle({ used: tokens(100) }, 0)
  expect(await limit.reserve(tokens(901), 0)).toMatchObject({ ok: false })
  await expectGranted(await limit.reserve(tokens(900), 0)).settle({ used: tokens(1_500) }, 30_000)
  expect(await limit.reserve(tokens(1), 0)).toMatchObject({ ok: false, freeAt: 30_000 + MINUTE + SPAN })
})

describe('a waiting call', () => {
  const ticket = (id: string, until = 600_000) => ({ id, waitUntil: until })

  test('is not overtaken by new calls or by smaller ones', async () => {
    const limit = limitOf('tokens', 1_000)
    await expectGranted(await limit.reserve(tokens(1_000), 0)).settle({ used: tokens(600) }, 0)
    const frees = MINUTE + SPAN
    expect(await limit.reserve(tokens(700), 0, ticket('large'))).toMatchObject({ ok: false, freeAt: frees })
    // There is room for 400, and 300 stay free beside the large call when the window frees, but it came first.
    expect(await limit.reserve(tokens(350), 0, ticket('small'))).toMatchObject({ ok: false })
    expect(await limit.reserve(tokens(350), 0)).toMatchObject({ ok: false })
    expect((await limit.reserve(tokens(700), frees, ticket('large'))).ok).toBe(true)
    expect((await limit.reserve(tokens(300), frees)).ok).toBe(false)
  })

  test('is let through in the order of arrival, each at the announced time', async () => {
    const limit = limitOf('requests', 2)
    for (const at of [0, 20_000])
      await expectGranted(await limit.reserve(requests(1), at)).settle({ used: requests(1) }, at)
    const freeAt: Record<string, number | undefined> = {}
    for (const id of ['a', 'b', 'c', 'd']) {
      const answer = await limit.reserve(requests(1), 21_000, ticket(id))
      freeAt[id] = answer.ok ? 0 : answer.freeAt
    }
    const [first, second] = [leaves(0), leaves(20_000)]
    // The queue of four needs two windows, so the last two are announced for the second.
    expect(freeAt).toEqual({ a: first, b: second, c: first + MINUTE, d: second + MINUTE })
    expect((await limit.reserve(requests(1), first, ticket('b'))).ok).toBe(false)
    expect((await limit.reserve(requests(1), first, ticket('a'))).ok).toBe(true)
  })

  test.each([
    ['does not come back', { comes: false }],
    ['would not wait so long', { until: 30_000 }],
  ])('leaves the queue when it %s', async (_, { until = 600_000 }: { until?: number; comes?: boolean }) => {
    const limit = limitOf('requests', 1)
    await expectGranted(await limit.reserve(requests(1), 0)).settle({ used: requests(1) }, 0)
    const frees = MINUTE + SPAN
    await limit.reserve(requests(1), 0, ticket('gone', until))
    const soon = await limit.reserve(requests(1), frees + 500)
    expect(soon.ok).toBe(until < frees)
    if (!soon.ok) expect((await limit.reserve(requests(1), frees + 1_001)).ok).toBe(true)
  })
})

test('no window has more than the limit, whatever the delays, in two processes with one shared state', async () => {
  const STEP = fc.record({
    gapMs: fc.integer({ min: 0, max: 400 }),
    wantsTo: fc.integer({ min: 1, max: 4 }),
    travelsMs: fc.integer({ min: 0, max: 400 }),
    answersAfterMs: fc.integer({ min: 0, max: 3_000 }),
    usesPart: fc.integer({ min: 0, max: 100 }),
    process: fc.nat(1),
    ends: fc.constantFrom('settled', 'settled', 'settled', 'killed', 'released'),
  })
  const windowMs = 1_000
  const most = 6
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 40, maxLength: 120 }), async (steps) => {
      const sharedState = await newSharedState()
      const processes = [0, 1].map(() =>
        limitOf(
          'tokens',
          most,
          sharedStore(async () => sharedState, ''),
          windowMs,
        ),
      )
      const arrivals: { readonly at: number; readonly amount: number }[] = []
      const ends: { readonly at: number; run(): Promise<void> | void }[] = []
      let now = 1_767_225_600_000
      for (const step of steps) {
        now += step.gapMs
        for (const end of ends.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
          await end.run()
          ends.splice(ends.indexOf(end), 1)
        }
        const grant = await processes[step.process]?.reserve(tokens(step.wantsTo), now)
        if (!grant?.ok) continue
        if (step.ends === 'released') {
          await grant.release(now)
          continue
        }
        const used = Math.ceil((step.wantsTo * step.usesPart) / 100)
        const arrivedBy = now + step.travelsMs
        arrivals.push({ at: arrivedBy, amount: used })
        const at = arrivedBy + step.answersAfterMs
        if (step.ends === 'settled') ends.push({ at, run: () => grant.settle({ used: tokens(used), arrivedBy }, at) })
      }
      const inWindow = arrivals.map(({ at: end }) =>
        arrivals.filter(({ at }) => at > end - windowMs && at <= end).reduce((sum, { amount }) => sum + amount, 0),
      )
      expect(Math.max(0, ...inWindow)).toBeLessThanOrEqual(most)
    }),
    { numRuns: 60 },
  )
})

test('a caller that retries at once gets nearly all that the limit allows', async () => {
  const limit = limitOf('requests', 60)
  let [now, through] = [0, 0]
  for (; now < 60 * MINUTE; now += 100) {
    const grant = await limit.reserve(requests(1), now)
    if (!grant.ok) continue
    through++
    await grant.settle({ used: requests(1), arrivedBy: now + 50 }, now + 50)
  }
  expect(through).toBeLessThanOrEqual(60 * 60)
  expect(through).toBeGreaterThan(0.98 * 60 * 60)
})
