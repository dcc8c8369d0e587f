import { describe, expect, test, vi } from 'vitest'
import type { Limit } from '../../../src/contract/limit.ts'
import { concurrency } from '../../../src/router/limits/concurrency.ts'
import { combineAlgorithms } from '../../../src/router/limits/rule.ts'
import { slidingWindow } from '../../../src/router/limits/sliding-window.ts'
import { sharedStore } from '../../../src/router/limits/state-store.ts'
import { expectGranted, reserveUntilRefused, testLimitContract } from '../../suites/limit.ts'
import { testWorld } from '../../support/test-world.ts'
import { limitOn, newSharedState, STATE_STORES } from './state-stores.ts'

const MINUTE = 60_000
const all = ({ requests = 100, tokens = 1_000, calls = 10 } = {}) =>
  combineAlgorithms('all', {
    requests: slidingWindow('requests', { of: 'requests', most: requests, windowMs: MINUTE }),
    tokens: slidingWindow('tokens', { of: 'tokens', most: tokens, windowMs: MINUTE }),
    calls: concurrency('calls', calls),
  })
const need = (tokens: number) => ({ requests: 1, tokens })

for (const { where, open: store } of STATE_STORES) {
  testLimitContract(`several rules as one, kept ${where},`, {
    make: async () => limitOn(all({ requests: 5 }), await store()),
    exhaust: reserveUntilRefused,
    freeAfterMs: MINUTE + MINUTE / 60,
  })
}

describe('several rules as one', () => {
  test.each([
    { what: 'requests', rules: { requests: 2 }, need: need(1) },
    { what: 'tokens', rules: { tokens: 20 }, need: need(10) },
    { what: 'calls', rules: { calls: 2 }, need: need(1) },
  ])('a third call is refused by $what, and by name', async ({ what, rules, need }) => {
    const one = limitOn(all(rules))
    expectGranted(await one.reserve(need, 0))
    expectGranted(await one.reserve(need, 0))
    expect(await one.reserve(need, 0)).toMatchObject({ ok: false, limitName: what })
    expect(await one.freeAt(0)).toBeGreaterThan(0)
  })

  test('a call that one rule refuses takes nothing of the others, and enters no later wait queue', async () => {
    const one = limitOn(all({ requests: 3, tokens: 20, calls: 1 }))
    const ticket = (id: string) => ({ id, waitUntil: 10 * MINUTE })
    expectGranted(await one.reserve(need(20), 0, ticket('a')))
    // Both tokens and calls are taken; only the first of them is waited for.
    for (const id of ['b', 'c', 'd', 'e'])
      expect(await one.reserve(need(1), 0, ticket(id))).toMatchObject({ limitName: 'tokens' })
    const later = 2 * MINUTE
    expect(await one.reserve(need(1), later)).toMatchObject({ ok: false, limitName: 'calls' })
  })

  test('are settled and released together', async () => {
    const one: Limit = limitOn(all({ requests: 2, tokens: 100, calls: 2 }))
    const [first, second] = [
      expectGranted(await one.reserve(need(50), 0)),
      expectGranted(await one.reserve(need(50), 0)),
    ]
    await first.release(0)
    await second.settle({ used: need(10), arrivedBy: 0 }, 0)
    const third = expectGranted(await one.reserve(need(90), 0))
    expect(await one.reserve(need(1), 0)).toMatchObject({ limitName: 'requests' })
    await third.settle({ used: need(1) }, 0)
  })

  test.each([
    { what: 'places', rules: { calls: concurrency('calls', 1, 'me') }, sleeps: 1 },
    {
      what: 'no places',
      rules: { requests: slidingWindow('requests', { of: 'requests', most: 9, windowMs: MINUTE }) },
      sleeps: 0,
    },
  ])('with $what among them, a call under way is renewed $sleeps times at a time', async ({ rules, sleeps }) => {
    const world = testWorld()
    const sharedState = await newSharedState()
    const one = limitOn(
      combineAlgorithms('all', rules),
      sharedStore(async () => sharedState, ''),
      world,
    )
    const call = expectGranted(await one.reserve(need(1), 0))
    expect(world.pendingSleeps).toBe(sleeps)
    await call.release(0)
    expect(world.pendingSleeps).toBe(0)
  })

  test('a call writes the shared state twice: when it begins and when it ends', async () => {
    const sharedState = await newSharedState()
    const change = vi.spyOn(sharedState, 'update')
    const one = limitOn(
      all(),
      sharedStore(async () => sharedState, ''),
    )
    await expectGranted(await one.reserve(need(1), 0)).settle({ used: need(1) }, 0)
    expect(change).toHaveBeenCalledTimes(2)
  })
})
