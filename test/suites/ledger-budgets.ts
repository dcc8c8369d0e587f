import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Budget, TotalsByKey } from '../../src/contract/ledger.ts'
import { testWorld } from '../support/test-world.ts'
import {
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
} from './ledger-fixtures.ts'
import { referenceLedger } from './reference-ledger.ts'

/** The part of the ledger contract about budgets. */
export function testBudgets(open: OpenLedger): void {
  describe('a budget is never passed:', () => {
    // With a limit of 1,000: the amounts spent and held before, the amount asked for, and the answer.
    test.each([
      { spent: 0, held: 0, asks: 1000, gets: 'it' },
      { spent: 0, held: 0, asks: 1001, gets: 'full', frees: false },
      { spent: 400, held: 0, asks: 600, gets: 'it' },
      { spent: 400, held: 0, asks: 601, gets: 'full', frees: true },
      { spent: 0, held: 400, asks: 601, gets: 'held', frees: true },
      { spent: 300, held: 300, asks: 400, gets: 'it' },
      { spent: 300, held: 300, asks: 401, gets: 'held', frees: true },
      { spent: 300, held: 300, asks: 701, gets: 'full', frees: true },
      { spent: 1000, held: 0, asks: 1, gets: 'full', frees: true },
      { spent: 1000, held: 0, asks: 0, gets: 'it' },
      { spent: 1500, held: 0, asks: 0, gets: 'it' },
      { spent: 999, held: 0, asks: undefined, gets: 'unpriced', frees: false },
      { spent: 900, held: 100, asks: undefined, gets: 'unpriced', frees: false },
      { spent: 1000, held: 0, asks: undefined, gets: 'full', frees: false },
    ])('with $spent spent and $held held of 1,000, a request for $asks gets $gets', async (row) => {
      const { ledger } = await openTestLedger(open, [DAILY])
      await holdAndSettle(ledger, holdRequest({ maxMicroUsd: 0 }), ledgerEntry({ microUsd: row.spent }))
      await holdOrFail(ledger, holdRequest({ maxMicroUsd: row.held }))
      const answer = await ledger.hold(holdRequest({ maxMicroUsd: row.asks }))
      if (row.gets === 'it') expect(answer.ok).toBe(true)
      else {
        expect(answer).toEqual({
          ok: false,
          reason: row.gets,
          budget: budgetState(DAILY, row.spent, row.held, '2026-03-11'),
          freeAt: row.frees ? Date.UTC(2026, 2, 11) : undefined,
        })
      }
    })

    test('a settle reports the budgets that it took past 80 %, each once in its period', async () => {
      const monthly: Budget = { name: 'monthly', match: 'openai', per: 'month', limitMicroUsd: 1250 }
      const { ledger, world } = await openTestLedger(open, [
        DAILY,
        monthly,
        { ...DAILY, name: 'other', match: 'other' },
      ])
      const settleAndReport = async (microUsd: number | undefined, at = NOON): Promise<unknown> => {
        const hold = await holdOrFail(ledger, holdRequest({ at, maxMicroUsd: 0 }))
        return (await hold.settle(ledgerEntry({ microUsd }))).map(({ name, spentMicroUsd }) => [name, spentMicroUsd])
      }
      expect(await settleAndReport(799)).toEqual([])
      expect(await settleAndReport(0)).toEqual([])
      expect(await settleAndReport(1)).toEqual([['daily', 800]])
      expect(await settleAndReport(100)).toEqual([])
      expect(await settleAndReport(200)).toEqual([['monthly', 1100]])
      await world.advance(DAY)
      expect(await settleAndReport(900, NOON + DAY)).toEqual([['daily', 900]])
    })

    test('an unknown price is refused only where a budget covers the model', async () => {
      const { ledger } = await openTestLedger(open, [{ ...DAILY, match: 'anthropic' }])
      await holdAndSettle(ledger, holdRequest({ maxMicroUsd: undefined }), ledgerEntry({ microUsd: undefined }))
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({ attempts: 1, microUsd: 0, unpricedAttempts: 1 })
      expect(await ledger.hold(holdRequest({ maxMicroUsd: undefined, provider: 'anthropic' }))).toMatchObject({
        reason: 'unpriced',
      })
    })

    test.each([
      { match: '*', covers: 1111 },
      { match: 'openai', covers: 11 },
      { match: 'OpenAI/gpt-5*', covers: 10 },
      { match: '*/claude-*', covers: 1100 },
      { match: 'aws/claude-x', covers: 1000 },
      { match: 'mistral', covers: 0 },
    ])('a budget for $match counts what it covers, and only that', async ({ match, covers }) => {
      const { ledger } = await openTestLedger(open, [{ ...DAILY, match, limitMicroUsd: 5000 }])
      const models = [
        { provider: 'openai', model: 'o3', microUsd: 1 },
        { provider: 'openai', model: 'gpt-5.5', microUsd: 10 },
        { provider: 'anthropic', model: 'claude-y', microUsd: 100 },
        { provider: 'aws', model: 'claude-x', microUsd: 1000 },
      ]
      for (const { microUsd, ...model } of models)
        await holdAndSettle(ledger, holdRequest({ ...model, maxMicroUsd: microUsd }), ledgerEntry({ microUsd }))
      for (const { microUsd, ...model } of models)
        await holdOrFail(ledger, holdRequest({ ...model, maxMicroUsd: microUsd }))
      expect(await ledger.budgets(NOON)).toMatchObject([{ spentMicroUsd: covers, heldMicroUsd: covers }])
    })

    test('of several full budgets, the one that is full longest is named', async () => {
      const monthly = { ...DAILY, name: 'monthly', per: 'month' } as const
      const total = { ...DAILY, name: 'total', per: 'total', limitMicroUsd: 1500 } as const
      const { ledger } = await openTestLedger(open, [
        DAILY,
        total,
        monthly,
        { ...DAILY, name: 'other', match: 'other' },
      ])
      await holdAndSettle(ledger, holdRequest({ maxMicroUsd: 900 }), ledgerEntry({ microUsd: 900 }))
      const name = async (microUsd: number): Promise<unknown> => {
        const answer = await ledger.hold(holdRequest({ maxMicroUsd: microUsd }))
        return answer.ok ? 'none' : [answer.budget.name, answer.freeAt]
      }
      expect(await name(100)).toBe('none')
      expect(await name(200)).toEqual(['monthly', Date.UTC(2026, 3, 1)])
      expect(await name(601)).toEqual(['total', undefined])
    })

    test.each([
      { per: 'day', at: '2026-03-10T23:59:59.999Z', until: '2026-03-11' },
      { per: 'day', at: '2026-12-31T12:00:00.000Z', until: '2027-01-01' },
      { per: 'month', at: '2026-02-28T23:59:59.999Z', until: '2026-03-01' },
      { per: 'month', at: '2028-02-29T00:00:00.000Z', until: '2028-03-01' },
      { per: 'month', at: '2026-12-31T23:59:59.999Z', until: '2027-01-01' },
      { per: 'day', at: '1986-03-10T08:00:00.000Z', until: '1986-03-11' },
      { per: 'total', at: '2026-03-10T12:00:00.000Z', until: undefined },
    ] as const)('a $per budget at $at lasts until $until', async ({ per, at, until }) => {
      const moment = Date.parse(at)
      const budget = { ...DAILY, per }
      const { ledger } = await openTestLedger(open, [budget], moment)
      await holdAndSettle(ledger, holdRequest({ at: moment, maxMicroUsd: 1000 }), ledgerEntry({ microUsd: 1000 }))
      const resetsAt = until === undefined ? undefined : Date.parse(until)
      expect(await ledger.budgets(moment)).toEqual([{ ...budgetState(budget, 1000, 0), resetsAt }])
      expect(await ledger.hold(holdRequest({ at: moment, maxMicroUsd: 1 }))).toMatchObject({
        ok: false,
        freeAt: resetsAt,
      })
      const next = resetsAt ?? moment + 400 * DAY
      if (resetsAt !== undefined)
        expect(await ledger.hold(holdRequest({ at: next - 1, maxMicroUsd: 1 }))).toMatchObject({ ok: false })
      expect((await ledger.hold(holdRequest({ at: next, maxMicroUsd: 1 }))).ok).toBe(per !== 'total')
    })

    test('a budget short only because of holds is named after one that is full', async () => {
      const total: Budget = { name: 'total', match: '*', per: 'total', limitMicroUsd: 1000 }
      const { ledger } = await openTestLedger(open, [{ ...DAILY, match: 'anthropic', limitMicroUsd: 500 }, total])
      await holdAndSettle(ledger, holdRequest({ provider: 'anthropic' }), ledgerEntry({ microUsd: 450 }))
      await holdOrFail(ledger, holdRequest({ maxMicroUsd: 500 }))
      const answer = await ledger.hold(holdRequest({ provider: 'anthropic', maxMicroUsd: 100 }))
      expect(answer).toMatchObject({ reason: 'full', budget: { name: 'daily' } })
      expect(await ledger.hold(holdRequest({ maxMicroUsd: 100 }))).toMatchObject({ reason: 'held', budget: total })
    })

    test('asked all at once, holds never go past the limit', async () => {
      const { ledger } = await openTestLedger(open, [{ ...DAILY, limitMicroUsd: 1050 }])
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => ledger.hold(holdRequest({ maxMicroUsd: 100 }))),
      )
      expect(answers.filter((answer) => answer.ok)).toHaveLength(10)
      expect(await ledger.budgets(NOON)).toMatchObject([{ heldMicroUsd: 1000, remainingMicroUsd: 50 }])
    })

    test('after any sequence of steps its reports equal those of a plain list', async () => {
      const budgets: readonly Budget[] = [
        { name: 'day', match: '*', per: 'day', limitMicroUsd: 2000 },
        { name: 'month', match: 'openai', per: 'month', limitMicroUsd: 3000 },
        { name: 'total', match: 'anthropic/c*', per: 'total', limitMicroUsd: 2500 },
      ]
      await fc.assert(
        fc.asyncProperty(fc.array(ledgerStep, { maxLength: 40 }), async (steps) => {
          const world = testWorld({ now: NOON })
          const ledger = await open({ world, budgets })
          const plain = referenceLedger(budgets)
          const holds: GrantedHold[] = []
          for (const step of steps) {
            await world.advance('minutes' in step ? step.minutes * MINUTE : 0)
            plain.expire(world.now())
            if (step.do === 'hold') {
              const asked = holdRequest({ ...step.ask, at: world.now(), expiresAt: world.now() + step.lasts * MINUTE })
              const hold = await ledger.hold(asked)
              expect(hold.ok).toBe(plain.hasRoom(asked))
              if (!hold.ok) continue
              plain.hold(asked)
              holds.push(hold)
            }
            if (step.do === 'settle') {
              await holds[step.which]?.settle(ledgerEntry(step.entry))
              plain.end(step.which, ledgerEntry(step.entry))
            }
            if (step.do === 'settle in doubt') {
              await ledger.settleInDoubt(step.callId, step.microUsd)
              plain.settleInDoubt(step.callId, step.microUsd)
            }
            if (step.do === 'release') {
              await holds[step.which]?.release()
              plain.end(step.which, undefined)
            }
          }
          expect(await ledger.budgets(world.now())).toEqual(plain.budgets(world.now()))
          const report = await ledger.report(0, world.now() + DAY)
          const byKey = (rows: readonly TotalsByKey[]): readonly TotalsByKey[] =>
            rows.toSorted((a, b) => (a.key < b.key ? -1 : 1))
          expect([{ ...report, key: 'all' }].filter(({ attempts }) => attempts > 0)).toMatchObject(
            plain.counts(() => 'all'),
          )
          expect(report.by.day).toEqual(plain.counts(({ at }) => new Date(at).toISOString().slice(0, 10)))
          expect(byKey(report.by.tool)).toEqual(plain.counts(({ tool }) => tool))
          expect(byKey(report.by.provider)).toEqual(plain.counts(({ provider }) => provider))
          expect(byKey(report.by.model)).toEqual(plain.counts(({ provider, model }) => `${provider}/${model}`))
          ledger.close()
        }),
        { numRuns: 30 },
      )
    })
  })
}

const ledgerStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      ask: fc.record({
        callId: fc.constantFrom('a', 'b', 'c'),
        provider: fc.constantFrom('openai', 'anthropic'),
        model: fc.constantFrom('claude', 'gpt'),
        tool: fc.constantFrom('generate_text', 'plan_tasks'),
        maxMicroUsd: fc.option(fc.nat(900), { nil: undefined, freq: 9 }),
        isFirstAttempt: fc.boolean(),
        isFallback: fc.boolean(),
      }),
      lasts: fc.integer({ min: 1, max: 90 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(9),
      entry: fc.record({
        outcome: fc.constantFrom('ok', 'timeout'),
        microUsd: fc.option(fc.nat(900), { nil: undefined, freq: 9 }),
        estimated: fc.boolean(),
        inDoubtMicroUsd: fc.oneof(fc.constant(0), fc.nat(900)),
      }),
    }),
  },
  fc.record({
    do: fc.constant('settle in doubt' as const),
    callId: fc.constantFrom('a', 'b', 'c'),
    microUsd: fc.nat(1200),
  }),
  fc.record({ do: fc.constant('release' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 900 }) }),
)
