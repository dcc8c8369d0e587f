import { expect, test } from 'vitest'
import { runSoakTest } from './soak.ts'

test('hours of calls to vendors with occasional failures leave nothing open', { timeout: 60_000 }, async () => {
  const { hours, ends, left, recorded: booked, requests } = await runSoakTest({ calls: 200, hours: 2 })
  expect(hours).toBeGreaterThan(1)
  expect(ends['ok']).toBeGreaterThan(180)
  expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(200)
  expect(booked).toMatchObject({ calls: 200, attempts: requests })
  expect(left).toEqual([])
})
