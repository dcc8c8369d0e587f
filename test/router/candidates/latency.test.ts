import { expect, test } from 'vitest'
import type { Attempt } from '../../../src/contract/generate.ts'
import { createLatencyTracker } from '../../../src/router/candidates/latency.ts'

const attempt = (at: number, firstTokenMs: number | undefined, outcome: Attempt['outcome'] = 'ok'): Attempt => ({
  model: 'a/one',
  outcome,
  at,
  latencyMs: 30_000,
  firstTokenMs,
  usage: {},
  microUsd: 0,
  estimated: false,
})

test('the mean weighs the latest by 0.3, and is dropped after ten minutes', () => {
  const pace = createLatencyTracker()
  expect(pace.estimateMs('a/one', 0)).toBeUndefined()
  pace.record(attempt(0, 1_000))
  expect(pace.estimateMs('a/one', 600_000)).toBe(1_000)
  expect(pace.estimateMs('a/one', 600_001)).toBeUndefined()
  pace.record(attempt(1_000, 2_000))
  expect(pace.estimateMs('a/one', 1_000)).toBe(1_300)
  pace.record(attempt(700_000, 500))
  expect(pace.estimateMs('a/one', 700_000)).toBe(500)
  expect(pace.estimateMs('b/two', 700_000)).toBeUndefined()
})

test('neither a fast failure nor a cancel counts as a measurement', () => {
  const pace = createLatencyTracker()
  pace.record(attempt(0, undefined, 'overloaded'))
  expect(pace.estimateMs('a/one', 0)).toBe(60_000)
  pace.record(attempt(0, 10, 'cancelled'))
  expect(pace.estimateMs('a/one', 0)).toBe(60_000)
})
