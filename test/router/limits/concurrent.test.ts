import { expect, test } from 'vitest'
import { onSlate } from '../../../src/router/limits/cell.ts'
import { concurrent } from '../../../src/router/limits/concurrent.ts'
import { fill, granted, keepsTheLimitContract } from '../../contracts/limit.ts'
import { testWorld } from '../../support/world.ts'
import { KEPT, limit, newSlate } from './kept.ts'

const ONE = { requests: 1, tokens: 0 }
const DONE = { used: ONE }

for (const { where, cells } of KEPT) {
  keepsTheLimitContract(`concurrent, kept ${where},`, {
    make: async () => limit(concurrent('3 at once', 3), await cells()),
    exhaust: fill,
    freeAfterMs: 0,
  })
}

test('a place is free when a call has ended, not a moment before', async () => {
  const places = limit(concurrent('2 at once', 2))
  const first = granted(await places.reserve(ONE, 0))
  const second = granted(await places.reserve(ONE, 0))
  expect(await places.reserve(ONE, 3_600_000)).toMatchObject({ ok: false, freeAt: 3_600_250 })
  await first.settle(DONE, 3_600_000)
  expect((await places.reserve(ONE, 3_600_000)).ok).toBe(true)
  expect((await places.reserve(ONE, 3_600_000)).ok).toBe(false)
  await second.release(3_600_000)
  expect((await places.reserve(ONE, 3_600_000)).ok).toBe(true)
})

test('places go in the order of arrival, and the next in line looks again sooner', async () => {
  const places = limit(concurrent('1 at once', 1))
  const place = (id: string) => ({ id, until: 60_000 })
  const first = granted(await places.reserve(ONE, 0))
  expect(await places.reserve(ONE, 0, place('a'))).toMatchObject({ ok: false, freeAt: 50 })
  expect(await places.reserve(ONE, 10, place('b'))).toMatchObject({ ok: false, freeAt: 260 })
  await first.settle(DONE, 40)
  expect(await places.freeAt(40)).toBe(290)
  expect((await places.reserve(ONE, 40)).ok).toBe(false)
  expect((await places.reserve(ONE, 45, place('b'))).ok).toBe(false)
  const second = granted(await places.reserve(ONE, 50, place('a')))
  await second.settle(DONE, 60)
  expect((await places.reserve(ONE, 300, place('b'))).ok).toBe(true)
})

test('one that waited and was cancelled holds up the others for a second at most', async () => {
  const places = limit(concurrent('1 at once', 1))
  const first = granted(await places.reserve(ONE, 0))
  await places.reserve(ONE, 0, { id: 'cancelled', until: 60_000 })
  await first.settle(DONE, 10)
  expect((await places.reserve(ONE, 1_050)).ok).toBe(false)
  expect((await places.reserve(ONE, 1_051)).ok).toBe(true)
})

test('those of a process that was killed free themselves, those of one that lives do not', async () => {
  const slate = await newSlate()
  const world = testWorld({ now: 0 })
  const processOf = (one: typeof world) =>
    limit(
      concurrent('3 at once', 3, one.id()),
      onSlate(async () => slate, ''),
      one,
    )
  const dead = { ...world, id: () => 'dead', sleep: () => new Promise<never>(() => {}) }
  const [living, killed] = [processOf(world), processOf(dead)]
  const call = granted(await living.reserve(ONE, world.now()))
  await killed.reserve(ONE, world.now())
  await killed.reserve(ONE, world.now())
  expect((await living.reserve(ONE, world.now())).ok).toBe(false)
  await world.advance(14_999)
  expect((await living.reserve(ONE, world.now())).ok).toBe(false)
  await world.advance(1)
  const others = [granted(await living.reserve(ONE, world.now())), granted(await living.reserve(ONE, world.now()))]
  await world.advance(3_600_000)
  expect((await living.reserve(ONE, world.now())).ok).toBe(false)
  expect(world.sleeping).toBe(1)
  for (const one of [call, ...others]) await one.settle(DONE, world.now())
  await world.advance(0)
  expect(world.sleeping).toBe(0)
  expect((await slate.read('')).size).toBe(0)
})

test('one that was asleep with its machine takes its places back, and nobody new gets in meanwhile', async () => {
  const slate = await newSlate()
  const cells = () => onSlate(async () => slate, '')
  const [early, late] = [testWorld({ now: 0 }), testWorld({ now: 20_000 })]
  const sleeper = limit(concurrent('1 at once', 1, 'sleeper'), cells(), early)
  const other = limit(concurrent('1 at once', 1, 'other'), cells(), late)
  const before = granted(await sleeper.reserve(ONE, 0))
  const after = granted(await other.reserve(ONE, 20_000))
  await early.advance(20_000)
  await after.settle(DONE, 20_000)
  expect((await other.reserve(ONE, 20_000)).ok).toBe(false)
  await before.settle(DONE, 20_000)
  expect((await other.reserve(ONE, 20_000)).ok).toBe(true)
})
