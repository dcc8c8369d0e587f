import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toInstant, toLocal } from '../../../src/planning/index.ts'

test.each([
  ['2026-01-05T09:00', 'Europe/Paris', '2026-01-05T08:00:00.000Z'],
  ['2026-07-06T09:00', 'Europe/Paris', '2026-07-06T07:00:00.000Z'],
  ['2026-07-06T09:00', 'America/Los_Angeles', '2026-07-06T16:00:00.000Z'],
  ['2026-07-06T09:00', 'Asia/Kathmandu', '2026-07-06T03:15:00.000Z'],
  ['2026-07-06T24:00', 'UTC', '2026-07-07T00:00:00.000Z'],
  // The clocks go forward at 02:00: 02:30 is skipped, and taken as half an hour after they did.
  ['2026-03-29T02:30', 'Europe/Paris', '2026-03-29T01:30:00.000Z'],
  ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
  // They go back at 03:00: 02:30 is there twice, and the first is meant.
  ['2026-10-25T02:30', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
])('%s in %s is %s', (local, zone, instant) => {
  expect(toInstant(local, zone)).toBe(instant)
})

test('a local time survives the conversion to an instant and back, unless the clocks skip it', () => {
  const zones = fc.constantFrom(
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Pacific/Apia',
    'UTC',
  )
  const instants = fc
    .integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) })
    .map((ms) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString())
  fc.assert(
    fc.property(instants, zones, (instant, zone) => {
      const local = toLocal(instant, zone)
      expect(toLocal(toInstant(local, zone), zone)).toBe(local)
      expect(toInstant(local, zone) <= instant).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['soon', 'UTC', 'is not a time'],
  ['2026-01-05T09:00', 'Mars/Olympus', 'Mars/Olympus'],
])('%s in %s is refused', (local, zone, message) => {
  expect(() => toInstant(local, zone)).toThrow(message)
})
