import { describe, expect, test } from 'vitest'
import { type Failure, GenerateError } from '../../../src/contract/errors.ts'
import type { Limit } from '../../../src/contract/limit.ts'
import { cooldown, NO_COOLDOWN } from '../../../src/router/limits/cooldown.ts'
import { memoryStore, type StateStore, sharedStore, withLocalFallback } from '../../../src/router/limits/state-store.ts'
import { expectGranted, testLimitContract } from '../../suites/limit.ts'
import { newSharedState, STATE_STORES } from './state-stores.ts'

const OPTIONS = { cooldownMs: 20_000, failures: 3 }
const ONE = { requests: 1, tokens: 0 }
const rest = (level: 'model' | 'provider' = 'model', store: StateStore = memoryStore): Limit =>
  cooldown('rest', level, OPTIONS, store('rest', NO_COOLDOWN))
const error = (failure: Failure): GenerateError => new GenerateError(failure, 'it failed')

async function fail(limit: Limit, failure: Failure, at: number): Promise<void> {
  await expectGranted(await limit.reserve(ONE, at)).settle({ used: ONE, error: error(failure) }, at)
}

async function succeed(limit: Limit, at: number): Promise<void> {
  await expectGranted(await limit.reserve(ONE, at)).settle({ used: ONE }, at)
}

for (const { where, open: store } of STATE_STORES) {
  testLimitContract(`cooldown, kept ${where},`, {
    make: async () => rest('model', await store()),
    async exhaust(limit, now) {
      await fail(limit, { kind: 'rate_limited', retryAfterMs: 5_000 }, now)
      return []
    },
    freeAfterMs: 5_000,
    unsupported: { 'only the first of settle and release counts': 'a cooldown is not used up by calls; see below' },
  })
}

describe('the start and the length of a cooldown', () => {
  const overloaded: Failure = { kind: 'overloaded', status: 529 }
  const table: readonly [string, 'model' | 'provider', readonly Failure[], number][] = [
    ['one transient failure does not start it', 'model', [overloaded], 0],
    ['as many failures as one call may make start it', 'model', [overloaded, overloaded, overloaded], 20_000],
    ['a time named by the upstream is kept at once', 'model', [{ ...overloaded, retryAfterMs: 7_000 }], 7_000],
    ['a time of weeks is cut to a day', 'model', [{ kind: 'rate_limited', retryAfterMs: 2_592_000_000 }], 86_400_000],
    ['a timeout cools down the model at once', 'model', [{ kind: 'timeout', phase: 'silence', afterMs: 1 }], 20_000],
    ['the caller’s own deadline does not start it', 'model', [{ kind: 'timeout', phase: 'total', afterMs: 1 }], 0],
    ['a cancel does not start it', 'model', [{ kind: 'cancelled' }], 0],
    ['a refused key does not cool down the model', 'model', [{ kind: 'auth' }], 0],
    ['a refused key cools down the provider for ten minutes', 'provider', [{ kind: 'auth' }], 600_000],
    ['an exhausted quota cools down the provider for ten minutes', 'provider', [{ kind: 'quota_exhausted' }], 600_000],
    ['an overloaded model does not cool down the provider', 'provider', [overloaded, overloaded, overloaded], 0],
    [
      'an answer in between resets the count',
      'model',
      [overloaded, overloaded, { kind: 'invalid_request' }, overloaded, overloaded],
      0,
    ],
  ]
  test.each(table)('%s', async (_, level, failures, restsMs) => {
    const limit = rest(level)
    for (const failure of failures) await fail(limit, failure, 0)
    expect(await limit.freeAt(0)).toBe(restsMs)
  })
})

describe('the end of a cooldown', () => {
  async function resting(): Promise<Limit> {
    const limit = rest()
    await fail(limit, { kind: 'rate_limited', retryAfterMs: 10_000 }, 0)
    return limit
  }

  test('one call goes through as a probe, the others wait', async () => {
    const limit = await resting()
    expect((await limit.reserve(ONE, 9_999)).ok).toBe(false)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(true)
    expect(await limit.reserve(ONE, 10_000)).toMatchObject({ ok: false, freeAt: 11_000 })
  })

  test('a successful probe ends the cooldown', async () => {
    const limit = await resting()
    await succeed(limit, 10_000)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(true)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(true)
  })

  test('a probe that fails like the calls before it restarts the cooldown', async () => {
    const limit = rest()
    for (let i = 0; i < 3; i++) await fail(limit, { kind: 'overloaded' }, 0)
    await fail(limit, { kind: 'overloaded' }, 20_000)
    expect(await limit.freeAt(20_000)).toBe(40_000)
  })

  test('after a wait that the upstream named the count starts at the first failure, so the next probe may go', async () => {
    const limit = await resting()
    await fail(limit, { kind: 'overloaded' }, 10_000)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(true)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(false)
  })

  test.each([
    ['is released', undefined],
    ['is cancelled', { kind: 'cancelled' } as const],
  ])('a probe that %s leaves its place to the next', async (_, failure) => {
    const limit = await resting()
    const probe = expectGranted(await limit.reserve(ONE, 10_000))
    if (failure) await probe.settle({ used: ONE, error: error(failure) }, 10_000)
    else await probe.release(10_000)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(true)
    expect((await limit.reserve(ONE, 10_000)).ok).toBe(false)
  })

  test('a probe that does not end blocks the next one for the length of a cooldown at most', async () => {
    const limit = await resting()
    await limit.reserve(ONE, 10_000)
    expect((await limit.reserve(ONE, 29_999)).ok).toBe(false)
    expect((await limit.reserve(ONE, 30_000)).ok).toBe(true)
  })

  test('a call that was sent before the cooldown began does not end it', async () => {
    const limit = rest()
    const early = expectGranted(await limit.reserve(ONE, 0))
    await fail(limit, { kind: 'rate_limited', retryAfterMs: 10_000 }, 0)
    await early.settle({ used: ONE }, 1_000)
    expect(await limit.freeAt(1_000)).toBe(10_000)
  })
})

describe('the cause of a cooldown', () => {
  test('is in the refusal, with the time of the failure', async () => {
    const limit = rest('provider')
    await fail(limit, { kind: 'auth' }, 1_000)
    expect(await limit.reserve(ONE, 2_000)).toMatchObject({ ok: false, cause: { kind: 'auth', since: 1_000 } })
  })

  test('a key refused or an account emptied before the start is tried once by the new process', async () => {
    for (const kind of ['auth', 'quota_exhausted'] as const) {
      const store = memoryStore('cooldown', NO_COOLDOWN)
      const before = cooldown('c', 'provider', { ...OPTIONS, startedAt: 0 }, store)
      await fail(before, { kind }, 1_000)
      const after = cooldown('c', 'provider', { ...OPTIONS, startedAt: 2_000 }, store)
      const probe = await after.reserve(ONE, 2_000)
      expect(probe.ok).toBe(true)
      expect((await after.reserve(ONE, 2_000)).ok).toBe(false)
      await expectGranted(probe).settle({ used: ONE, error: error({ kind }) }, 3_000)
      expect(await after.reserve(ONE, 4_000)).toMatchObject({ ok: false, freeAt: 603_000 })
    }
  })

  test('an overloaded model is not tried sooner because a process started', async () => {
    const store = memoryStore('cooldown', NO_COOLDOWN)
    await fail(cooldown('c', 'model', OPTIONS, store), { kind: 'rate_limited', retryAfterMs: 9_000 }, 0)
    expect((await cooldown('c', 'model', { ...OPTIONS, startedAt: 1_000 }, store).reserve(ONE, 2_000)).ok).toBe(false)
  })

  test('lift ends the cooldown for all processes', async () => {
    const limit = cooldown('c', 'provider', OPTIONS, memoryStore('cooldown', NO_COOLDOWN))
    await fail(limit, { kind: 'auth' }, 0)
    await limit.lift()
    expect((await limit.reserve(ONE, 0)).ok).toBe(true)
  })
})

describe('in several processes', () => {
  const limited: Failure = { kind: 'rate_limited', retryAfterMs: 10_000 }

  test('a model that cools down in one process cools down in all, a second later at most', async () => {
    const sharedState = await newSharedState()
    const [one, other] = [
      rest(
        'model',
        sharedStore(async () => sharedState, ''),
      ),
      rest(
        'model',
        sharedStore(async () => sharedState, ''),
      ),
    ]
    expect(await other.freeAt(0)).toBe(0)
    await fail(one, limited, 0)
    expect(await one.freeAt(0)).toBe(10_000)
    expect(await other.freeAt(1_000)).toBe(10_000)
    expect((await other.reserve(ONE, 1_000)).ok).toBe(false)
  })

  test('one probe goes through for all, and its success ends the cooldown for all', async () => {
    const sharedState = await newSharedState()
    const all = [1, 2, 3].map(() =>
      rest(
        'model',
        sharedStore(async () => sharedState, ''),
      ),
    )
    const [one, two, three] = all as [Limit, Limit, Limit]
    await fail(one, limited, 0)
    const answers = await Promise.all(all.map(async (limit) => limit.reserve(ONE, 10_000)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    for (const answer of answers) if (answer.ok) await answer.settle({ used: ONE }, 10_500)
    for (const limit of [one, two, three]) expect((await limit.reserve(ONE, 11_500)).ok).toBe(true)
    expect((await sharedState.read('')).size).toBe(0)
  })

  test('failures in a row are counted across processes', async () => {
    const sharedState = await newSharedState()
    const all = [1, 2, 3].map(() =>
      rest(
        'model',
        sharedStore(async () => sharedState, ''),
      ),
    )
    for (const limit of all) await fail(limit, { kind: 'overloaded' }, 0)
    expect(await all[0]?.freeAt(1_000)).toBe(20_000)
  })

  test('a successful call without a cooldown writes nothing, and reads once a second', async () => {
    const asked: string[] = []
    const sharedState = {
      async read() {
        asked.push('read')
        return new Map()
      },
      update: async () => Promise.reject(new Error('a write')),
      close() {},
    }
    const limit = rest(
      'model',
      sharedStore(async () => sharedState, ''),
    )
    for (let at = 0; at < 5_000; at += 10) await succeed(limit, at)
    expect(asked).toHaveLength(5)
  })

  test('when the shared state cannot be used, each process continues on its own and logs it once', async () => {
    const said: unknown[] = []
    const broken = sharedStore(() => Promise.reject(new Error('a full disk')), '')
    const limit = rest(
      'model',
      withLocalFallback(broken, (error) => said.push(String(error))),
    )
    await fail(limit, limited, 0)
    expect(await limit.freeAt(0)).toBe(10_000)
    expect(said).toEqual(['Error: a full disk'])
  })
})
