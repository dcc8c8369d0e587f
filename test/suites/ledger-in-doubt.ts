import { describe, expect, test } from 'vitest'
import type { Budget } from '../../src/contract/ledger.ts'
import {
  budgetState,
  DAILY,
  DAY,
  holdAndSettle,
  holdOrFail,
  holdRequest,
  ledgerEntry,
  NOON,
  type OpenLedger,
  openTestLedger,
  TODAY,
} from './ledger-fixtures.ts'

const TOTAL: Budget = { name: 'total', match: 'openai', per: 'total', limitMicroUsd: 1000 }
const CANCELLED = { outcome: 'cancelled', estimated: true } as const

/** The part of the ledger contract about amounts that a vendor may still bill. */
export function testAmountsInDoubt(open: OpenLedger): void {
  describe('an amount in doubt', () => {
    test('is not a cost, counts against budgets until their period ends, and is reported apart', async () => {
      const { ledger, world } = await openTestLedger(open, [DAILY, TOTAL])
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'left', maxMicroUsd: 700 }),
        ledgerEntry({ ...CANCELLED, microUsd: 50, inDoubtMicroUsd: 650 }),
      )
      expect(await ledger.budgets(NOON)).toEqual([
        budgetState(DAILY, 50, 0, '2026-03-11', 650),
        budgetState(TOTAL, 50, 0, undefined, 650),
      ])
      expect(await ledger.hold(holdRequest({ maxMicroUsd: 301 }))).toMatchObject({ ok: false, reason: 'full' })
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
        ...{ microUsd: 50, inDoubtMicroUsd: 650 },
        by: { model: [{ microUsd: 50, inDoubtMicroUsd: 650 }], day: [{ inDoubtMicroUsd: 650 }] },
      })
      expect(await ledger.getCall('left')).toMatchObject({ microUsd: 50, attempts: [{ inDoubtMicroUsd: 650 }] })
      await world.advance(DAY)
      expect(await ledger.budgets(world.now())).toEqual([
        budgetState(DAILY, 0, 0, '2026-03-12'),
        budgetState(TOTAL, 50, 0, undefined, 650),
      ])
    })

    test.each([
      { held: 100, cost: 30, claimed: 70, kept: 70 },
      { held: 100, cost: 30, claimed: 71, kept: 70 },
      { held: 100, cost: 100, claimed: 1, kept: 0 },
      { held: 100, cost: 130, claimed: 50, kept: 0 },
      { held: 0, cost: 0, claimed: 50, kept: 0 },
      { held: undefined, cost: undefined, claimed: 50, kept: 50 },
      { held: 100, cost: 30, claimed: undefined, kept: 0 },
      { held: 100, cost: 30, claimed: -5, kept: 0 },
    ])('is at most the rest of its hold: $claimed of $held held, $cost spent, is $kept', async (row) => {
      const { ledger } = await openTestLedger(open)
      const claimed = row.claimed === undefined ? {} : { inDoubtMicroUsd: row.claimed }
      await holdAndSettle(
        ledger,
        holdRequest({ maxMicroUsd: row.held }),
        ledgerEntry({ microUsd: row.cost, ...claimed }),
      )
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({ inDoubtMicroUsd: row.kept })
    })

    test('counts towards the warning of a budget', async () => {
      const { ledger } = await openTestLedger(open, [DAILY])
      const hold = await holdOrFail(ledger, holdRequest({ maxMicroUsd: 900 }))
      const warned = await hold.settle(ledgerEntry({ ...CANCELLED, microUsd: 100, inDoubtMicroUsd: 700 }))
      expect(warned).toEqual([budgetState(DAILY, 100, 0, '2026-03-11', 700)])
    })

    // One attempt that was answered, and two in doubt that may cost 100 and 300 at most.
    test.each([
      { billed: 0, shares: [0, 0] },
      { billed: 60, shares: [60, 0] },
      { billed: 150, shares: [100, 50] },
      { billed: 400, shares: [100, 300] },
      { billed: 500, shares: [100, 400] },
    ])('is settled by the bill: $billed is booked as $shares', async ({ billed, shares }) => {
      const { ledger } = await openTestLedger(open, [DAILY, TOTAL])
      const settle = (maxMicroUsd: number, entry: Parameters<typeof ledgerEntry>[0]): Promise<void> =>
        holdAndSettle(ledger, holdRequest({ callId: 'c', maxMicroUsd, isFirstAttempt: false }), ledgerEntry(entry))
      await settle(10, { microUsd: 7 })
      await settle(100, { ...CANCELLED, microUsd: 40, inDoubtMicroUsd: 60 })
      await settle(300, { ...CANCELLED, microUsd: 100, inDoubtMicroUsd: 200 })
      expect(await ledger.listCallIdsInDoubt(10)).toEqual(['c'])
      expect(await ledger.settleInDoubt('c', billed)).toBe(true)
      expect((await ledger.getCall('c'))?.attempts).toMatchObject([
        { microUsd: 7, estimated: false, inDoubtMicroUsd: 0 },
        { microUsd: shares[0], outcome: 'cancelled', estimated: false, inDoubtMicroUsd: 0 },
        { microUsd: shares[1], outcome: 'cancelled', estimated: false, inDoubtMicroUsd: 0 },
      ])
      expect(await ledger.budgets(NOON)).toEqual([
        budgetState(DAILY, 7 + billed, 0, '2026-03-11'),
        budgetState(TOTAL, 7 + billed, 0),
      ])
      const report = await ledger.report(TODAY, TODAY + DAY)
      expect(report).toMatchObject({ attempts: 3, failures: 2, estimatedAttempts: 0, inDoubtMicroUsd: 0 })
      for (const list of Object.values(report.by)) expect(list).toMatchObject([{ microUsd: 7 + billed }])
    })

    test('is settled once, and only where there is one', async () => {
      const { ledger } = await openTestLedger(open)
      await holdAndSettle(ledger, holdRequest({ callId: 'whole' }), ledgerEntry())
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'unpriced', maxMicroUsd: undefined }),
        ledgerEntry({ ...CANCELLED, microUsd: undefined, inDoubtMicroUsd: 5 }),
      )
      expect(await ledger.settleInDoubt('whole', 9)).toBe(false)
      expect(await ledger.settleInDoubt('none', 9)).toBe(false)
      expect(await ledger.settleInDoubt('unpriced', 9)).toBe(true)
      expect(await ledger.settleInDoubt('unpriced', 20)).toBe(false)
      expect(await ledger.listCallIdsInDoubt(10)).toEqual([])
      const report = await ledger.report(TODAY, TODAY + DAY)
      expect(report).toMatchObject({ microUsd: 59, unpricedAttempts: 0, estimatedAttempts: 0 })
    })

    test('the newest calls with one are listed first', async () => {
      const { ledger } = await openTestLedger(open)
      for (const callId of ['a', 'b', 'c', 'a'])
        await holdAndSettle(ledger, holdRequest({ callId }), ledgerEntry({ ...CANCELLED, inDoubtMicroUsd: 1 }))
      expect(await ledger.listCallIdsInDoubt(2)).toEqual(['a', 'c'])
    })
  })
}
