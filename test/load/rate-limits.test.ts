import { expect, test } from 'vitest'
import { LIMITS, runRateTest } from './rate-limits.ts'

test('processes that share a home stay under the limits of a vendor in any window', {
  timeout: 60_000,
}, async () => {
  const counted = await runRateTest({ processes: 4, minutes: 1.4, speed: 6 })
  expect(counted).toMatchObject({ withoutTime: 0, otherFailures: [], stderr: '' })
  expect(counted.peak.requests).toBeLessThanOrEqual(LIMITS.requests_per_minute)
  expect(counted.peak.tokens).toBeLessThanOrEqual(LIMITS.tokens_per_minute)
  expect(counted.peak.atOnce).toBeLessThanOrEqual(LIMITS.concurrent)
  expect(counted.utilization).toBeGreaterThan(0.5)
  expect(counted.refusedBy.length).toBeGreaterThan(0)
})
