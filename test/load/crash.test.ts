import { expect, test } from 'vitest'
import { runCrashTest } from './crash.ts'

test('processes killed in the middle of their calls lose no answered one', { timeout: 90_000 }, async () => {
  const crashReport = await runCrashTest({ kills: 10, atOnce: 3 })
  expect(crashReport).toMatchObject({
    missing: [],
    integrity: 'ok',
    unlocked: true,
    heldMicroUsd: 0,
    after: 10,
    stderr: '',
  })
  expect(crashReport.answered).toBeGreaterThan(10)
  expect(crashReport.holds).toBeGreaterThan(0)
  expect(crashReport.lostHolds).toBe(crashReport.holds)
  expect(crashReport.bookedMicroUsd).toBeGreaterThanOrEqual(crashReport.answeredMicroUsd)
})
