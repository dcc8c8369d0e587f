import { expect, test } from 'vitest'
import { concurrency } from '../../../src/router/limits/concurrency.ts'
import { sharedStore } from '../../../src/router/limits/state-store.ts'
import { expectGranted, reserveUntilRefused, testLimitContract } from '../../suites/limit.ts'
import { testWorld } from '../../support/test-world.ts'
import { limitOn, newSharedState, STATE_STORES } from './state-stores.ts'

const ONE = { requests: 1, tokens: 0 }
const DONE = { used: ONE }

for (const { where, open: store } of STATE_STORES) {
  testLimitContract(`concurrent, kept ${where},`, {
    make: async () => limitOn(concurrency('3 at once', 3), await store()),
    exhaust: reserveUntilRefused,
    freeAfterMs: 0,
  })
}

test('a place is free when a call has ended, and not before', async () => {
  const places = limitOn(concurrency('2 at once', 2))
  const first = expectGranted(await places.reserve(ONE, 0))
  const second = expectGranted(await places.reserve(ONE, 0))
  expect(await places.reserve(ONE, 3_600_000)).toMatchObject({ ok: false, freeAt: 3_600_250 })
  await first.settle(DONE, 3_600_000)
  expect((await places.reserve(ONE, 3_600_000)).ok).toBe(true)
  expect((await places.reserve(ONE, 3_600_000)).ok).toBe(false)
  await second.release(3_600_000)
  expect((await places.reserve(ONE, 3_600_000)).ok).toBe(true)
})

test('places are granted in the order of arrival, and the next in the queue checks again sooner', async () => {
  const places = limitOn(concurrency('1 at once', 1))
  const ticket = (id: string) => ({ id, waitUntil: 60_000 })
  const first = expectGranted(await places.reserve(ONE, 0))
  expect(await places.reserve(ONE, 0, ticket('a'))).toMatchObject({ ok: false, freeAt: 50 })
  expect(await places.reserve(ONE, 10, ticket('b'))).toMatchObject({ ok: false, freeAt: 260 })
  await first.settle(DONE, 40)
  expect(await places.freeAt(40)).toBe(290)
  expect((await places.reserve(ONE, 40)).ok).toBe(false)
  expect((await places.reserve(ONE, 45, ticket('b'))).ok).toBe(false)
  const second = expectGranted(await places.reserve(ONE, 50, ticket('a')))
  await second.settle(DONE, 60)
  expect((await places.reserve(ONE, 300, ticket('b'))).ok).toBe(true)
})

test('a cancelled call in the wait queue delays the others for a second at most', async () => {
  const places = limitOn(concurrency('1 at once', 1))
  const first = expectGranted(await places.reserve(ONE, 0))
  await places.reserve(ONE, 0, { id: 'cancelled', waitUntil: 60_000 })
  await first.settle(DONE, 10)
  expect((await places.reserve(ONE, 1_050)).ok).toBe(false)
  expect((await places.reserve(ONE, 1_051)).ok).toBe(true)
})

test('places of a killed process expire, those of a living process do not', async () => {
  const sharedState = await newSharedState()
  const world = testWorld({ now: 0 })
  const processOf = (one: typeof world) =>
    limitOn(
      concurrency('3 at once', 3, one.id()),
      sharedStore(async () => sharedState, ''),
      one,
    )
  const dead = { ...world, id: () => 'dead', sleep: () => new Promise<never>(() => {}) }
  const [living, killed] = [processOf(world), processOf(dead)]
  const call = expectGranted(await living.reserve(ONE, world.now()))
  await killed.reserve(ONE, world.now())
  await killed.reserve(ONE, world.now())
  expect((await living.reserve(ONE, world.now())).ok).toBe(false)
  await world.advance(14_999)
  expect((await living.reserve(ONE, world.now())).ok).toBe(false)
  await world.advance(1)
  const others = [
    expectGranted(await living.reserve(ONE, world.now())),
    expectGranted(await living.reserve(ONE, world.now())),
  ]
  await world.advance(3_600_000)
  expect((await living.reserve(ONE, world.now())).ok).toBe(false)
  expect(world.pendingSleeps).toBe(1)
  for (const one of [call, ...others]) await one.settle(DONE, world.now())
  await world.advance(0)
  expect(world.pendingSleeps).toBe(0)
  expect((await sharedState.read('')).size).toBe(0)
})

test('a process that slept with its machine takes its places back, and no new call gets in meanwhile', async () => {
  const sharedState = await newSharedState()
  const store = () => sharedStore(async () => sharedState, '')
  const [early, late] = [testWorld({ now: 0 }), testWorld({ now: 20_000 })]
  const sleeper = limitOn(concurrency('1 at once', 1, 'sleeper'), store(), early)
  const other = limitOn(concurrency('1 at once', 1, 'other'), store(), late)
  const before = expectGranted(await sleeper.reserve(ONE, 0))
  const after = expectGranted(await other.reserve(ONE, 20_000))
  await early.advance(20_000)
  await after.settle(DONE, 20_000)
  expect((await other.reserve(ONE, 20_000)).ok).toBe(false)
  await before.settle(DONE, 20_000)
  expect((await other.reserve(ONE, 20_000)).ok).toBe(true)
})
