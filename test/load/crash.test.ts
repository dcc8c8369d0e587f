import { expect, test } from 'vitest'
import { crash } from './crash.ts'

test('processes killed in the middle of their calls lose no answered one', { timeout: 90_000 }, async () => {
  const wreck = await crash({ kills: 10, atOnce: 3 })
  expect(wreck).toMatchObject({ missing: [], integrity: 'ok', unlocked: true, heldMicroUsd: 0, after: 10, stderr: '' })
  expect(wreck.answered).toBeGreaterThan(10)
  expect(wreck.holds).toBeGreaterThan(0)
  expect(wreck.lost).toBe(wreck.holds)
  expect(wreck.bookedMicroUsd).toBeGreaterThanOrEqual(wreck.answeredMicroUsd)
})
