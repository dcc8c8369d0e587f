import { expect, test } from 'vitest'
import { concurrent } from '../../../src/router/limits/concurrent.ts'
import { fill, granted, keepsTheLimitContract } from '../../contracts/limit.ts'

keepsTheLimitContract('concurrent', { make: () => concurrent('3 at once', 3), exhaust: fill, freeAfterMs: 0 })

test('a place is free when a call has ended, not a moment before', async () => {
  const limit = concurrent('2 at once', 2)
  const need = { requests: 1, tokens: 0 }
  const first = granted(await limit.reserve(need, 0))
  const second = granted(await limit.reserve(need, 0))
  expect(await limit.reserve(need, 3_600_000)).toEqual({ ok: false, freeAt: 3_600_250 })
  first.settle({ used: need }, 3_600_000)
  expect((await limit.reserve(need, 3_600_000)).ok).toBe(true)
  expect((await limit.reserve(need, 3_600_000)).ok).toBe(false)
  second.release(3_600_000)
  expect((await limit.reserve(need, 3_600_000)).ok).toBe(true)
})
