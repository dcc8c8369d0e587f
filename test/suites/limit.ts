import { describe, expect, test } from 'vitest'
import type { Limit, ReservationResult } from '../../src/contract/limit.ts'

type Granted = Extract<ReservationResult, { ok: true }>

export interface LimitCase {
  readonly make: () => Limit | Promise<Limit>
  /** Uses up a new limit at `now`, and returns the reservations that it still grants. */
  exhaust(limit: Limit, now: number): Promise<readonly Granted[]>
  /** Milliseconds after which it grants again, once everything granted is settled. */
  readonly freeAfterMs: number
  /** Promises that this limit cannot keep, each with its reason; shown as skipped. */
  readonly unsupported?: Readonly<Record<string, string>>
}

const NOW = Date.UTC(2026, 0, 1)
const ONE = { requests: 1, tokens: 1 }
const DONE = { used: ONE }

/** The contract of every limit. */
export function testLimitContract(
  name: string,
  { make, exhaust, freeAfterMs, unsupported: cannot = {} }: LimitCase,
): void {
  const check = (what: string, body: () => Promise<void>): void => {
    if (cannot[what]) test.skip(`${what} (${cannot[what]})`, body)
    else test(what, body)
  }

  describe(`${name} keeps the limit contract`, () => {
    check('a fresh one lets a call through at once, and says so', async () => {
      const limit = await make()
      expect(await limit.freeAt(NOW)).toBe(NOW)
      expect((await limit.reserve(ONE, NOW)).ok).toBe(true)
    })

    check('asking when it is free reserves nothing', async () => {
      const limit = await make()
      for (let i = 0; i < 10_000; i++) await limit.freeAt(NOW)
      expect((await limit.reserve(ONE, NOW)).ok).toBe(true)
    })

    check('what is released was never taken', async () => {
      const limit = await make()
      for (let i = 0; i < 10_000; i++) await expectGranted(await limit.reserve(ONE, NOW)).release(NOW)
      expect((await limit.reserve(ONE, NOW)).ok).toBe(true)
    })

    check('a refusal names a later moment, and freeAt does not contradict it', async () => {
      const limit = await make()
      await exhaust(limit, NOW)
      const refusal = await limit.reserve(ONE, NOW)
      expect(refusal.ok).toBe(false)
      expect(refusal).toMatchObject({ ok: false, freeAt: await limit.freeAt(NOW), limitName: expect.any(String) })
      expect(await limit.freeAt(NOW)).toBeGreaterThan(NOW)
    })

    check('only the first of settle and release counts', async () => {
      const limit = await make()
      const [first] = await exhaust(limit, NOW)
      await first?.release(NOW)
      await first?.release(NOW)
      await first?.settle(DONE, NOW)
      expect((await limit.reserve(ONE, NOW)).ok).toBe(true)
      expect((await limit.reserve(ONE, NOW)).ok).toBe(false)
    })

    check('a clock that is set back frees nothing', async () => {
      const limit = await make()
      await exhaust(limit, NOW)
      expect((await limit.reserve(ONE, NOW - 3_600_000)).ok).toBe(false)
    })

    check('when its time has passed and its calls are over, it lets the next one through', async () => {
      const limit = await make()
      for (const grant of await exhaust(limit, NOW)) await grant.settle(DONE, NOW)
      expect(await limit.freeAt(NOW + freeAfterMs)).toBe(NOW + freeAfterMs)
      expect((await limit.reserve(ONE, NOW + freeAfterMs)).ok).toBe(true)
    })
  })
}

/** Reserves one at a time until it is refused. */
export async function reserveUntilRefused(limit: Limit, now: number): Promise<readonly Granted[]> {
  const all: Granted[] = []
  for (let grant = await limit.reserve(ONE, now); grant.ok; grant = await limit.reserve(ONE, now)) {
    all.push(grant)
    if (all.length > 10_000) throw new Error('it never refuses')
  }
  return all
}

export function expectGranted(grant: ReservationResult): Granted {
  if (!grant.ok) throw new Error(`refused until ${grant.freeAt}`)
  return grant
}
