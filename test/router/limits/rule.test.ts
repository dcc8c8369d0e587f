import { describe, expect, test, vi } from 'vitest'
import type { Limit } from '../../../src/contract/limit.ts'
import { onSlate } from '../../../src/router/limits/cell.ts'
import { concurrent } from '../../../src/router/limits/concurrent.ts'
import { rate } from '../../../src/router/limits/rate.ts'
import { allOf } from '../../../src/router/limits/rule.ts'
import { fill, granted, keepsTheLimitContract } from '../../contracts/limit.ts'
import { testWorld } from '../../support/world.ts'
import { KEPT, limit, newSlate } from './kept.ts'

const MINUTE = 60_000
const all = ({ requests = 100, tokens = 1_000, calls = 10 } = {}) =>
  allOf('all', {
    requests: rate('requests', { of: 'requests', most: requests, windowMs: MINUTE }),
    tokens: rate('tokens', { of: 'tokens', most: tokens, windowMs: MINUTE }),
    calls: concurrent('calls', calls),
  })
const need = (tokens: number) => ({ requests: 1, tokens })

for (const { where, cells } of KEPT) {
  keepsTheLimitContract(`several rules as one, kept ${where},`, {
    make: async () => limit(all({ requests: 5 }), await cells()),
    exhaust: fill,
    freeAfterMs: MINUTE + MINUTE / 60,
  })
}

describe('several rules as one', () => {
  test.each([
    { what: 'requests', rules: { requests: 2 }, need: need(1) },
    { what: 'tokens', rules: { tokens: 20 }, need: need(10) },
    { what: 'calls', rules: { calls: 2 }, need: need(1) },
  ])('a third call is refused by $what, and by name', async ({ what, rules, need }) => {
    const one = limit(all(rules))
    granted(await one.reserve(need, 0))
    granted(await one.reserve(need, 0))
    expect(await one.reserve(need, 0)).toMatchObject({ ok: false, by: what })
    expect(await one.freeAt(0)).toBeGreaterThan(0)
  })

  test('what one refuses takes nothing of the others, and stands in no line behind it', async () => {
    const one = limit(all({ requests: 3, tokens: 20, calls: 1 }))
    const place = (id: string) => ({ id, until: 10 * MINUTE })
    granted(await one.reserve(need(20), 0, place('a')))
    // Both tokens and calls are taken; only the first of them is waited for.
    for (const id of ['b', 'c', 'd', 'e'])
      expect(await one.reserve(need(1), 0, place(id))).toMatchObject({ by: 'tokens' })
    const later = 2 * MINUTE
    expect(await one.reserve(need(1), later)).toMatchObject({ ok: false, by: 'calls' })
  })

  test('settled and released by all at once', async () => {
    const one: Limit = limit(all({ requests: 2, tokens: 100, calls: 2 }))
    const [first, second] = [granted(await one.reserve(need(50), 0)), granted(await one.reserve(need(50), 0))]
    await first.release(0)
    await second.settle({ used: need(10), arrivedBy: 0 }, 0)
    const third = granted(await one.reserve(need(90), 0))
    expect(await one.reserve(need(1), 0)).toMatchObject({ by: 'requests' })
    await third.settle({ used: need(1) }, 0)
  })

  test.each([
    { what: 'places', rules: { calls: concurrent('calls', 1, 'me') }, sleeps: 1 },
    {
      what: 'no places',
      rules: { requests: rate('requests', { of: 'requests', most: 9, windowMs: MINUTE }) },
      sleeps: 0,
    },
  ])('with $what among them, a call under way is renewed $sleeps times at a time', async ({ rules, sleeps }) => {
    const world = testWorld()
    const slate = await newSlate()
    const one = limit(
      allOf('all', rules),
      onSlate(async () => slate, ''),
      world,
    )
    const call = granted(await one.reserve(need(1), 0))
    expect(world.sleeping).toBe(sleeps)
    await call.release(0)
    expect(world.sleeping).toBe(0)
  })

  test('a call changes what is written twice: when it comes and when it goes', async () => {
    const slate = await newSlate()
    const change = vi.spyOn(slate, 'change')
    const one = limit(
      all(),
      onSlate(async () => slate, ''),
    )
    await granted(await one.reserve(need(1), 0)).settle({ used: need(1) }, 0)
    expect(change).toHaveBeenCalledTimes(2)
  })
})
