import { expect, test } from 'vitest'
import { rate } from '../../../src/router/limits/rate.ts'
import { fill, granted, keepsTheLimitContract } from '../../contracts/limit.ts'

keepsTheLimitContract('rate', { make: () => rate('60 a minute', 'requests', 60), exhaust: fill, freeAfterMs: 1_000 })

const requests = (n: number) => ({ requests: n, tokens: 0 })

test('a bucket of sixty a minute, moment by moment', async () => {
  const limit = rate('60 a minute', 'requests', 60)
  // [ms, take, answer]: true, or when it would be free.
  const table: readonly [number, number, true | number | undefined][] = [
    [0, 60, true],
    [0, 1, 1_000],
    [500, 1, 1_000],
    [1_000, 1, true],
    [1_000, 5, 6_000],
    [500, 1, 1_500], // the clock was set back
    [6_000, 5, true],
    [600_000, 61, undefined], // more than a whole minute's worth: waiting will not help
    [600_000, 60, true], // it never holds more than a minute's worth
    [600_000, 1, 601_000],
  ]
  for (const [at, take, answer] of table) {
    const grant = await limit.reserve(requests(take), at)
    expect([at, take, grant.ok || grant.freeAt]).toEqual([at, take, answer])
  }
})

test('settling gives back what was not used, and the next ones pay for what was used beyond the guess', async () => {
  const limit = rate('1,000 tokens a minute', 'tokens', 1_000)
  const tokens = (n: number) => ({ requests: 1, tokens: n })
  const modest = granted(await limit.reserve(tokens(900), 0))
  modest.settle({ used: tokens(100) }, 0)
  const greedy = granted(await limit.reserve(tokens(900), 0))
  greedy.settle({ used: tokens(1_500) }, 0)
  expect(await limit.freeAt(0)).toBe(36_060) // 600 owed and 1 wanted, at 1,000 a minute
})
