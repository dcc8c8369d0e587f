import { expect, test } from 'vitest'
import { LIMITS, rates } from './rates.ts'

test('processes that share a home never ask more of a vendor than the limits, in any window', {
  timeout: 60_000,
}, async () => {
  const counted = await rates({ processes: 4, minutes: 1.4, speed: 6 })
  expect(counted).toMatchObject({ withoutTime: 0, otherFailures: [], stderr: '' })
  expect(counted.most.requests).toBeLessThanOrEqual(LIMITS.requests_per_minute)
  expect(counted.most.tokens).toBeLessThanOrEqual(LIMITS.tokens_per_minute)
  expect(counted.most.atOnce).toBeLessThanOrEqual(LIMITS.concurrent)
  expect(counted.used).toBeGreaterThan(0.5)
  expect(counted.refusedBy.length).toBeGreaterThan(0)
})
