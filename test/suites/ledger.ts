import { describe, expect, test } from 'vitest'
import type { TotalsByKey } from '../../src/contract/ledger.ts'
import type { TestWorld } from '../support/test-world.ts'
import { testBudgets } from './ledger-budgets.ts'
import {
  ANSWERED_ATTEMPT,
  budgetState,
  DAILY,
  DAY,
  type GrantedHold,
  holdAndSettle,
  holdOrFail,
  holdRequest,
  ledgerEntry,
  MINUTE,
  NOON,
  type OpenLedger,
  openTestLedger,
  TODAY,
  USAGE,
} from './ledger-fixtures.ts'
import { testAmountsInDoubt } from './ledger-in-doubt.ts'

/** The contract of every ledger. */
export function testLedgerContract(name: string, open: OpenLedger): void {
  describe(`${name} keeps the ledger contract`, () => {
    testEntries(open)
    testBudgets(open)
    testAmountsInDoubt(open)
  })
}

function testEntries(open: OpenLedger): void {
  describe('entries are exact:', () => {
    test('a new ledger is empty', async () => {
      const { ledger } = await openTestLedger(open, [DAILY])
      expect(await ledger.report(0, NOON + DAY)).toMatchObject({ calls: 0, attempts: 0, microUsd: 0, by: { day: [] } })
      expect(await ledger.budgets(NOON)).toEqual([budgetState(DAILY, 0, 0, '2026-03-11')])
      expect(await ledger.getCall('none')).toBeUndefined()
      expect(await ledger.listCallIds('', 10)).toEqual([])
    })

    test('a hold becomes one entry, counted by provider, model, tool and day', async () => {
      const { ledger } = await openTestLedger(open)
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'a' }),
        ledgerEntry({ outcome: 'overloaded', microUsd: 0, usage: {} }),
      )
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'a', provider: 'anthropic', model: 'claude', isFirstAttempt: false, isFallback: true }),
        ledgerEntry({ microUsd: 700, estimated: true }),
      )
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'b', tool: 'plan_tasks', at: NOON + DAY, maxMicroUsd: undefined }),
        ledgerEntry({ microUsd: undefined }),
      )

      const none = { failures: 0, fallbacks: 0, inDoubtMicroUsd: 0 }
      const counts = { ...none, unpricedAttempts: 0, estimatedAttempts: 0, lostHolds: 0 }
      const tookOver = { ...counts, ...USAGE, calls: 0, attempts: 1, fallbacks: 1, microUsd: 700, estimatedAttempts: 1 }
      const both = { ...tookOver, calls: 1, attempts: 2, failures: 1 }
      const unpriced = { ...counts, ...USAGE, calls: 1, attempts: 1, microUsd: 0, unpricedAttempts: 1 }
      const byOpenai = { ...unpriced, calls: 2, attempts: 2, failures: 1 }
      const tokens = { inputTokens: 20, cachedInputTokens: 8, outputTokens: 10, reasoningTokens: 4 }
      expect(await ledger.report(TODAY, TODAY + 2 * DAY)).toEqual({
        ...{ from: TODAY, to: TODAY + 2 * DAY, ...both, ...tokens, calls: 2, attempts: 3, unpricedAttempts: 1 },
        by: {
          provider: [
            { key: 'anthropic', ...tookOver },
            { key: 'openai', ...byOpenai },
          ],
          model: [
            { key: 'anthropic/claude', ...tookOver },
            { key: 'openai/gpt', ...byOpenai },
          ],
          tool: [
            { key: 'generate_text', ...both },
            { key: 'plan_tasks', ...unpriced },
          ],
          day: [
            { key: '2026-03-10', ...both },
            { key: '2026-03-11', ...unpriced },
          ],
        },
      })
      expect(await ledger.report(TODAY + DAY, TODAY + 2 * DAY)).toMatchObject(unpriced)
      expect(await ledger.report(TODAY - DAY, TODAY)).toMatchObject({ attempts: 0 })
    })

    test.each([
      ['2026-01-01', '2026-06-01'],
      ['2026-01-02', '2026-05-31'],
      ['2026-01-31', '2026-04-01'],
      ['2026-02-01', '2026-03-15'],
      ['2026-02-10', '2026-02-20'],
      ['2026-02-01', '2026-03-01'],
      ['2026-01-15', '2026-02-01'],
      ['2026-03-31', '2026-04-01'],
      ['1970-01-01', '2027-01-01'],
      ['2026-04-01', '2026-02-01'],
    ])('a report from %s to %s adds up the entries of those days in each of its lists', async (from, to) => {
      const { ledger } = await openTestLedger(open)
      const [first, end] = [Date.parse(from), Date.parse(to)]
      let sum = 0
      for (let day = 0; day < 150; day += 3) {
        const at = Date.UTC(2026, 0, 1) + day * DAY + (day % 2) * (DAY - 1)
        await holdAndSettle(
          ledger,
          holdRequest({ at, expiresAt: NOON + 365 * DAY, model: `m${day % 2}` }),
          ledgerEntry({ microUsd: day + 1 }),
        )
        if (at >= first && at < end) sum += day + 1
      }
      const report = await ledger.report(first, end)
      const total = (rows: readonly TotalsByKey[]): number => rows.reduce((all, { microUsd }) => all + microUsd, 0)
      const { provider, model, tool, day } = report.by
      expect([report.microUsd, ...[provider, model, tool, day].map(total)]).toEqual([sum, sum, sum, sum, sum])
    })

    test('a call has all its attempts, in the order in which they went out', async () => {
      const { ledger } = await openTestLedger(open)
      const late = await holdOrFail(
        ledger,
        holdRequest({ callId: 'c', at: NOON + 5, provider: 'mistral', model: 'a/b', isFirstAttempt: false }),
      )
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'c' }),
        ledgerEntry({ outcome: 'timeout', microUsd: 3, usage: { inputTokens: 9 } }),
      )
      await late.settle(ledgerEntry({ microUsd: 4, latencyMs: 12.4, usage: { ...USAGE, cacheWriteTokens: 2 } }))
      expect(await ledger.getCall('c')).toEqual({
        callId: 'c',
        tool: 'generate_text',
        at: NOON,
        microUsd: 7,
        attempts: [
          { ...ANSWERED_ATTEMPT, outcome: 'timeout', at: NOON, usage: { inputTokens: 9 }, microUsd: 3 },
          {
            ...ANSWERED_ATTEMPT,
            ...{ model: 'mistral/a/b', at: NOON + 5, latencyMs: 12, microUsd: 4 },
            usage: { ...USAGE, cacheWriteTokens: 2 },
          },
        ],
      })
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'c', isFirstAttempt: false }),
        ledgerEntry({ microUsd: undefined }),
      )
      expect(await ledger.getCall('c')).toMatchObject({ microUsd: undefined })
    })

    test('call ids are listed by prefix, the newest first', async () => {
      const { ledger } = await openTestLedger(open)
      for (const callId of ['ab1', 'b1', 'ab2', 'a%c', 'ab1', 'A_'])
        await holdAndSettle(ledger, holdRequest({ callId }), ledgerEntry())
      expect(await ledger.listCallIds('ab', 10)).toEqual(['ab1', 'ab2'])
      expect(await ledger.listCallIds('', 3)).toEqual(['A_', 'ab1', 'a%c'])
      expect(await ledger.listCallIds('a%', 3)).toEqual(['a%c'])
      expect(await ledger.listCallIds('zz', 3)).toEqual([])
    })

    const after: Readonly<Record<string, (hold: GrantedHold, world: TestWorld) => Promise<unknown>>> = {
      'a settle': (hold) => hold.settle(ledgerEntry({ microUsd: 40 })),
      'a release': (hold) => hold.release(),
      'the expiry': (_, world) => world.advance(MINUTE),
    }
    test.each(Object.keys(after))('after %s a hold adds nothing more', async (what) => {
      const { ledger, world } = await openTestLedger(open, [DAILY])
      const hold = await holdOrFail(ledger, holdRequest({ maxMicroUsd: 100 }))
      await after[what]?.(hold, world)
      await hold.settle(ledgerEntry({ microUsd: 7 }))
      await hold.release()
      await hold.settle(ledgerEntry({ microUsd: 7 }))
      const spent = { 'a settle': 40, 'a release': 0, 'the expiry': 100 }[what] ?? Number.NaN
      expect(await ledger.budgets(world.now())).toEqual([budgetState(DAILY, spent, 0, '2026-03-11')])
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
        attempts: what === 'a release' ? 0 : 1,
        microUsd: spent,
        lostHolds: what === 'the expiry' ? 1 : 0,
      })
    })

    test('a late settle or release does not affect the next hold', async () => {
      const { ledger, world } = await openTestLedger(open, [DAILY])
      const late = await holdOrFail(ledger, holdRequest({ callId: 'late', maxMicroUsd: 100 }))
      await world.advance(MINUTE)
      expect(await ledger.getCall('late')).toMatchObject({ attempts: [{ outcome: 'lost' }] })
      const next = await holdOrFail(ledger, holdRequest({ callId: 'next', at: world.now(), maxMicroUsd: 200 }))
      await late.settle(ledgerEntry())
      await late.release()
      expect(await ledger.budgets(world.now())).toEqual([budgetState(DAILY, 100, 200, '2026-03-11')])
      await next.settle(ledgerEntry({ microUsd: 150 }))
      expect(await ledger.budgets(world.now())).toEqual([budgetState(DAILY, 250, 0, '2026-03-11')])
    })

    test('an expired hold is booked as spent, marked lost, on the day it was made', async () => {
      const budget = { ...DAILY, match: 'openai' }
      const { ledger, world } = await openTestLedger(open, [budget], TODAY + DAY - 1)
      await holdOrFail(ledger, holdRequest({ callId: 'gone', at: world.now(), maxMicroUsd: 300, isFallback: true }))
      await holdOrFail(
        ledger,
        holdRequest({
          callId: 'gone',
          at: world.now(),
          maxMicroUsd: undefined,
          provider: 'own',
          isFirstAttempt: false,
        }),
      )
      expect(await ledger.budgets(world.now())).toEqual([budgetState(budget, 0, 300, '2026-03-11')])
      await world.advance(MINUTE - 1)
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({ attempts: 0 })
      await world.advance(1)
      const lost = { outcome: 'lost', usage: {}, estimated: true, latencyMs: MINUTE }
      expect(await ledger.getCall('gone')).toMatchObject({ attempts: [lost, lost], microUsd: undefined })
      for (const _ of ['first', 'second']) {
        expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
          ...{ calls: 1, attempts: 2, failures: 2, fallbacks: 1, microUsd: 300 },
          ...{ lostHolds: 2, estimatedAttempts: 2, unpricedAttempts: 1, inputTokens: 0 },
          by: { day: [{ key: '2026-03-10' }] },
        })
      }
      expect(await ledger.budgets(TODAY)).toEqual([budgetState(budget, 300, 0, '2026-03-11')])
      expect(await ledger.budgets(world.now())).toEqual([budgetState(budget, 0, 0, '2026-03-12')])
    })

    test('thousands of lost holds are booked, each once', async () => {
      const { ledger, world } = await openTestLedger(open)
      await Promise.all(Array.from({ length: 1200 }, () => ledger.hold(holdRequest({ maxMicroUsd: 1 }))))
      await world.advance(MINUTE)
      const reports = await Promise.all([ledger.report(TODAY, TODAY + DAY), ledger.report(TODAY, TODAY + DAY)])
      for (const report of reports) expect(report).toMatchObject({ lostHolds: 1200, microUsd: 1200 })
    })

    test('a clock that runs backwards breaks nothing', async () => {
      const { ledger, world } = await openTestLedger(open, [DAILY, { ...DAILY, name: 'total', per: 'total' }])
      await holdAndSettle(
        ledger,
        holdRequest({ callId: 'later', at: NOON, maxMicroUsd: 500 }),
        ledgerEntry({ microUsd: 500 }),
      )
      const past = Date.UTC(1986, 2, 10, 9)
      const hold = await holdOrFail(
        ledger,
        holdRequest({ callId: 'before', at: past, expiresAt: NOON + 1, maxMicroUsd: 400 }),
      )
      await hold.settle(ledgerEntry({ microUsd: 400 }))
      expect(await ledger.budgets(past)).toMatchObject([{ spentMicroUsd: 400 }, { spentMicroUsd: 900 }])
      expect(await ledger.budgets(world.now())).toMatchObject([{ spentMicroUsd: 500 }, { spentMicroUsd: 900 }])
      const { by, microUsd } = await ledger.report(0, NOON + DAY)
      expect([microUsd, by.day.map((row) => row.key)]).toEqual([900, ['1986-03-10', '2026-03-10']])
      expect(await ledger.listCallIds('', 9)).toEqual(['before', 'later'])
    })

    test('large sums stay exact, and absurd counts break nothing', async () => {
      const { ledger } = await openTestLedger(open)
      const microUsd = 999_999_999_999
      for (let times = 0; times < 3; times++)
        await holdAndSettle(ledger, holdRequest({ maxMicroUsd: microUsd }), ledgerEntry({ microUsd }))
      await holdAndSettle(
        ledger,
        holdRequest(),
        ledgerEntry({ usage: { inputTokens: 1e300, outputTokens: -5 }, microUsd: 1 }),
      )
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
        microUsd: 2_999_999_999_998,
        inputTokens: 1e12 + 3 * USAGE.inputTokens,
        outputTokens: 3 * USAGE.outputTokens,
      })
    })
  })
}
