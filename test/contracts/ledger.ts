import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Usage } from '../../src/contract/generate.ts'
import type { Budget, BudgetState, Entry, Hold, HoldAsk, Ledger, Row } from '../../src/contract/ledger.ts'
import type { World } from '../../src/contract/world.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { plainLedger } from './plain-ledger.ts'

/** Opens a ledger that is new and empty. */
export type OpenLedger = (deps: { readonly world: World; readonly budgets: readonly Budget[] }) => Promise<Ledger>

/** What every ledger promises. */
export function keepsTheLedgerContract(name: string, open: OpenLedger): void {
  async function begin(
    budgets: readonly Budget[] = [],
    now = NOON,
  ): Promise<{ readonly ledger: Ledger; readonly world: TestWorld }> {
    const world = testWorld({ now })
    const ledger = await open({ world, budgets })
    onTestFinished(() => ledger.close())
    return { ledger, world }
  }

  describe(`${name} keeps the ledger contract`, () => {
    test('an empty book says so', async () => {
      const { ledger } = await begin([DAILY])
      expect(await ledger.report(0, NOON + DAY)).toMatchObject({ calls: 0, attempts: 0, microUsd: 0, by: { day: [] } })
      expect(await ledger.budgets(NOON)).toEqual([state(DAILY, 0, 0, '2026-03-11')])
      expect(await ledger.call('none')).toBeUndefined()
      expect(await ledger.callIds('', 10)).toEqual([])
    })

    test('a hold becomes one entry, counted by provider, model, tool and day', async () => {
      const { ledger } = await begin()
      await spend(ledger, ask({ callId: 'a' }), entry({ outcome: 'overloaded', microUsd: 0, usage: {} }))
      await spend(
        ledger,
        ask({ callId: 'a', provider: 'anthropic', model: 'claude', first: false, fallback: true }),
        entry({ microUsd: 700, estimated: true }),
      )
      await spend(
        ledger,
        ask({ callId: 'b', tool: 'plan_tasks', at: NOON + DAY, microUsd: undefined }),
        entry({ microUsd: undefined }),
      )

      const counts = { failures: 0, fallbacks: 0, unpricedAttempts: 0, estimatedAttempts: 0, lostHolds: 0 }
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

    test('a call is told with all its attempts, as they went out', async () => {
      const { ledger } = await begin()
      const late = await held(
        ledger,
        ask({ callId: 'c', at: NOON + 5, provider: 'mistral', model: 'a/b', first: false }),
      )
      await spend(ledger, ask({ callId: 'c' }), entry({ outcome: 'timeout', microUsd: 3, usage: { inputTokens: 9 } }))
      await late.settle(entry({ microUsd: 4, latencyMs: 12.4, usage: { ...USAGE, cacheWriteTokens: 2 } }))
      expect(await ledger.call('c')).toEqual({
        callId: 'c',
        tool: 'generate_text',
        at: NOON,
        microUsd: 7,
        attempts: [
          { ...ANSWERED, outcome: 'timeout', at: NOON, usage: { inputTokens: 9 }, microUsd: 3 },
          {
            ...ANSWERED,
            ...{ model: 'mistral/a/b', at: NOON + 5, latencyMs: 12, microUsd: 4 },
            usage: { ...USAGE, cacheWriteTokens: 2 },
          },
        ],
      })
      await spend(ledger, ask({ callId: 'c', first: false }), entry({ microUsd: undefined }))
      expect(await ledger.call('c')).toMatchObject({ microUsd: undefined })
    })

    test('ids are found by how they begin, the newest first', async () => {
      const { ledger } = await begin()
      for (const callId of ['ab1', 'b1', 'ab2', 'a%c', 'ab1', 'A_']) await spend(ledger, ask({ callId }), entry())
      expect(await ledger.callIds('ab', 10)).toEqual(['ab1', 'ab2'])
      expect(await ledger.callIds('', 3)).toEqual(['A_', 'ab1', 'a%c'])
      expect(await ledger.callIds('a%', 3)).toEqual(['a%c'])
      expect(await ledger.callIds('zz', 3)).toEqual([])
    })

    const after: Readonly<Record<string, (hold: Held, world: TestWorld) => Promise<void>>> = {
      'a settle': (hold) => hold.settle(entry({ microUsd: 40 })),
      'a release': (hold) => hold.release(),
      'the expiry': (_, world) => world.advance(MINUTE),
    }
    test.each(Object.keys(after))('after %s a hold adds nothing more', async (what) => {
      const { ledger, world } = await begin([DAILY])
      const hold = await held(ledger, ask({ microUsd: 100 }))
      await after[what]?.(hold, world)
      await hold.settle(entry({ microUsd: 7 }))
      await hold.release()
      await hold.settle(entry({ microUsd: 7 }))
      const spent = { 'a settle': 40, 'a release': 0, 'the expiry': 100 }[what] ?? Number.NaN
      expect(await ledger.budgets(world.now())).toEqual([state(DAILY, spent, 0, '2026-03-11')])
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
        attempts: what === 'a release' ? 0 : 1,
        microUsd: spent,
        lostHolds: what === 'the expiry' ? 1 : 0,
      })
    })

    test('a hold that nobody settles is spent, marked lost, on the day it was made', async () => {
      const budget = { ...DAILY, match: 'openai' }
      const { ledger, world } = await begin([budget], TODAY + DAY - 1)
      await held(ledger, ask({ callId: 'gone', at: world.now(), microUsd: 300, fallback: true }))
      await held(ledger, ask({ callId: 'gone', at: world.now(), microUsd: undefined, provider: 'own', first: false }))
      expect(await ledger.budgets(world.now())).toEqual([state(budget, 0, 300, '2026-03-11')])
      await world.advance(MINUTE - 1)
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({ attempts: 0 })
      await world.advance(1)
      const lost = { outcome: 'lost', usage: {}, estimated: true, latencyMs: MINUTE }
      expect(await ledger.call('gone')).toMatchObject({ attempts: [lost, lost], microUsd: undefined })
      for (const _ of ['first', 'second']) {
        expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
          ...{ calls: 1, attempts: 2, failures: 2, fallbacks: 1, microUsd: 300 },
          ...{ lostHolds: 2, estimatedAttempts: 2, unpricedAttempts: 1, inputTokens: 0 },
          by: { day: [{ key: '2026-03-10' }] },
        })
      }
      expect(await ledger.budgets(TODAY)).toEqual([state(budget, 300, 0, '2026-03-11')])
      expect(await ledger.budgets(world.now())).toEqual([state(budget, 0, 0, '2026-03-12')])
    })

    test('thousands of lost holds are booked, each once', async () => {
      const { ledger, world } = await begin()
      await Promise.all(Array.from({ length: 1200 }, () => ledger.hold(ask({ microUsd: 1 }))))
      await world.advance(MINUTE)
      const reports = await Promise.all([ledger.report(TODAY, TODAY + DAY), ledger.report(TODAY, TODAY + DAY)])
      for (const report of reports) expect(report).toMatchObject({ lostHolds: 1200, microUsd: 1200 })
    })

    // limit 1,000: what was spent and what is held before, what is asked, and the answer
    test.each([
      { spent: 0, held: 0, asks: 1000, gets: 'it' },
      { spent: 0, held: 0, asks: 1001, gets: 'full', frees: false },
      { spent: 400, held: 0, asks: 600, gets: 'it' },
      { spent: 400, held: 0, asks: 601, gets: 'full', frees: true },
      { spent: 0, held: 400, asks: 601, gets: 'full', frees: true },
      { spent: 300, held: 300, asks: 400, gets: 'it' },
      { spent: 300, held: 300, asks: 401, gets: 'full', frees: true },
      { spent: 1000, held: 0, asks: 1, gets: 'full', frees: true },
      { spent: 1000, held: 0, asks: 0, gets: 'it' },
      { spent: 1500, held: 0, asks: 0, gets: 'it' },
      { spent: 999, held: 0, asks: undefined, gets: 'unpriced', frees: false },
      { spent: 1000, held: 0, asks: undefined, gets: 'full', frees: false },
    ])('with $spent spent and $held held of 1,000, who asks for $asks gets $gets', async (row) => {
      const { ledger } = await begin([DAILY])
      await spend(ledger, ask({ microUsd: 0 }), entry({ microUsd: row.spent }))
      await held(ledger, ask({ microUsd: row.held }))
      const answer = await ledger.hold(ask({ microUsd: row.asks }))
      if (row.gets === 'it') expect(answer.ok).toBe(true)
      else {
        expect(answer).toEqual({
          ok: false,
          reason: row.gets,
          budget: state(DAILY, row.spent, row.held, '2026-03-11'),
          freeAt: row.frees ? Date.UTC(2026, 2, 11) : undefined,
        })
      }
    })

    test('without a budget in the way an unknown price is no hindrance', async () => {
      const { ledger } = await begin([{ ...DAILY, match: 'anthropic' }])
      await spend(ledger, ask({ microUsd: undefined }), entry({ microUsd: undefined }))
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({ attempts: 1, microUsd: 0, unpricedAttempts: 1 })
      expect(await ledger.hold(ask({ microUsd: undefined, provider: 'anthropic' }))).toMatchObject({
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
      const { ledger } = await begin([{ ...DAILY, match, limitMicroUsd: 5000 }])
      const models = [
        { provider: 'openai', model: 'o3', microUsd: 1 },
        { provider: 'openai', model: 'gpt-5.5', microUsd: 10 },
        { provider: 'anthropic', model: 'claude-y', microUsd: 100 },
        { provider: 'aws', model: 'claude-x', microUsd: 1000 },
      ]
      for (const { microUsd, ...model } of models) await spend(ledger, ask(model), entry({ microUsd }))
      for (const model of models) await held(ledger, ask(model))
      expect(await ledger.budgets(NOON)).toMatchObject([{ spentMicroUsd: covers, heldMicroUsd: covers }])
    })

    test('of several budgets in the way, the one that is in the way longest is named', async () => {
      const monthly = { ...DAILY, name: 'monthly', per: 'month' } as const
      const total = { ...DAILY, name: 'total', per: 'total', limitMicroUsd: 1500 } as const
      const { ledger } = await begin([DAILY, total, monthly, { ...DAILY, name: 'other', match: 'other' }])
      await spend(ledger, ask({ microUsd: 900 }), entry({ microUsd: 900 }))
      const name = async (microUsd: number): Promise<unknown> => {
        const answer = await ledger.hold(ask({ microUsd }))
        return answer.ok ? 'none' : [answer.budget.name, answer.freeAt]
      }
      expect(await name(100)).toBe('none')
      expect(await name(200)).toEqual(['monthly', Date.UTC(2026, 3, 1)])
      expect(await name(501)).toEqual(['total', undefined])
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
      const { ledger } = await begin([budget], moment)
      await spend(ledger, ask({ at: moment, microUsd: 1000 }), entry({ microUsd: 1000 }))
      const resetsAt = until === undefined ? undefined : Date.parse(until)
      expect(await ledger.budgets(moment)).toEqual([{ ...state(budget, 1000, 0), resetsAt }])
      expect(await ledger.hold(ask({ at: moment, microUsd: 1 }))).toMatchObject({ ok: false, freeAt: resetsAt })
      const next = resetsAt ?? moment + 400 * DAY
      if (resetsAt !== undefined)
        expect(await ledger.hold(ask({ at: next - 1, microUsd: 1 }))).toMatchObject({ ok: false })
      expect((await ledger.hold(ask({ at: next, microUsd: 1 }))).ok).toBe(per !== 'total')
    })

    test('a clock that runs backwards breaks nothing', async () => {
      const { ledger, world } = await begin([DAILY, { ...DAILY, name: 'total', per: 'total' }])
      await spend(ledger, ask({ callId: 'later', at: NOON, microUsd: 500 }), entry({ microUsd: 500 }))
      const past = Date.UTC(1986, 2, 10, 9)
      const hold = await held(ledger, ask({ callId: 'before', at: past, expiresAt: NOON + 1, microUsd: 400 }))
      await hold.settle(entry({ microUsd: 400 }))
      expect(await ledger.budgets(past)).toMatchObject([{ spentMicroUsd: 400 }, { spentMicroUsd: 900 }])
      expect(await ledger.budgets(world.now())).toMatchObject([{ spentMicroUsd: 500 }, { spentMicroUsd: 900 }])
      const { by, microUsd } = await ledger.report(0, NOON + DAY)
      expect([microUsd, by.day.map((row) => row.key)]).toEqual([900, ['1986-03-10', '2026-03-10']])
      expect(await ledger.callIds('', 9)).toEqual(['before', 'later'])
    })

    test('large sums stay exact, and absurd counts break nothing', async () => {
      const { ledger } = await begin()
      const microUsd = 999_999_999_999
      for (let times = 0; times < 3; times++) await spend(ledger, ask({ microUsd }), entry({ microUsd }))
      await spend(ledger, ask(), entry({ usage: { inputTokens: 1e300, outputTokens: -5 }, microUsd: 1 }))
      expect(await ledger.report(TODAY, TODAY + DAY)).toMatchObject({
        microUsd: 2_999_999_999_998,
        inputTokens: 1e12 + 3 * USAGE.inputTokens,
        outputTokens: 3 * USAGE.outputTokens,
      })
    })

    test('asked all at once, holds never go past the limit', async () => {
      const { ledger } = await begin([{ ...DAILY, limitMicroUsd: 1050 }])
      const answers = await Promise.all(Array.from({ length: 200 }, () => ledger.hold(ask({ microUsd: 100 }))))
      expect(answers.filter((answer) => answer.ok)).toHaveLength(10)
      expect(await ledger.budgets(NOON)).toMatchObject([{ heldMicroUsd: 1000, remainingMicroUsd: 50 }])
    })

    test('whatever happens in whatever order, it says what a plain list would say', async () => {
      const budgets: readonly Budget[] = [
        { name: 'day', match: '*', per: 'day', limitMicroUsd: 2000 },
        { name: 'month', match: 'openai', per: 'month', limitMicroUsd: 3000 },
        { name: 'total', match: 'anthropic/c*', per: 'total', limitMicroUsd: 2500 },
      ]
      await fc.assert(
        fc.asyncProperty(fc.array(STEP, { maxLength: 40 }), async (steps) => {
          const world = testWorld({ now: NOON })
          const ledger = await open({ world, budgets })
          const plain = plainLedger(budgets)
          const holds: Held[] = []
          for (const step of steps) {
            await world.advance('minutes' in step ? step.minutes * MINUTE : 0)
            plain.expire(world.now())
            if (step.do === 'hold') {
              const asked = ask({ ...step.ask, at: world.now(), expiresAt: world.now() + step.lasts * MINUTE })
              const hold = await ledger.hold(asked)
              expect(hold.ok).toBe(plain.hasRoom(asked))
              if (!hold.ok) continue
              plain.hold(asked)
              holds.push(hold)
            }
            if (step.do === 'settle') {
              await holds[step.which]?.settle(entry(step.entry))
              plain.end(step.which, entry(step.entry))
            }
            if (step.do === 'release') {
              await holds[step.which]?.release()
              plain.end(step.which, undefined)
            }
          }
          expect(await ledger.budgets(world.now())).toEqual(plain.budgets(world.now()))
          const report = await ledger.report(0, world.now() + DAY)
          const byKey = (rows: readonly Row[]): readonly Row[] => rows.toSorted((a, b) => (a.key < b.key ? -1 : 1))
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

const MINUTE = 60_000
const DAY = 86_400_000
const TODAY = Date.UTC(2026, 2, 10)
const NOON = TODAY + DAY / 2
const DAILY: Budget = { name: 'daily', match: '*', per: 'day', limitMicroUsd: 1000 }

const USAGE = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 5, reasoningTokens: 2 } as const satisfies Usage
const ANSWERED = { model: 'openai/gpt', outcome: 'ok', latencyMs: 900, estimated: false }

type Held = Extract<Hold, { readonly ok: true }>

function ask(over: Partial<HoldAsk> = {}): HoldAsk {
  const who = { callId: 'call', tool: 'generate_text', provider: 'openai', model: 'gpt' }
  const at = over.at ?? NOON
  return { ...who, at, microUsd: 100, expiresAt: at + MINUTE, first: true, fallback: false, ...over }
}

function entry(over: Partial<Entry> = {}): Entry {
  return { outcome: 'ok', latencyMs: 900, usage: USAGE, microUsd: 50, estimated: false, ...over }
}

async function held(ledger: Ledger, what: HoldAsk): Promise<Held> {
  const hold = await ledger.hold(what)
  if (!hold.ok) throw new Error(`refused by ${hold.budget.name}`)
  return hold
}

async function spend(ledger: Ledger, what: HoldAsk, entry: Entry): Promise<void> {
  await (await held(ledger, what)).settle(entry)
}

/** How a budget stands; `until` is the day on which it begins anew. */
function state(budget: Budget, spentMicroUsd: number, heldMicroUsd: number, until?: string): BudgetState {
  const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd)
  return { ...budget, spentMicroUsd, heldMicroUsd, remainingMicroUsd, resetsAt: until ? Date.parse(until) : undefined }
}

const STEP = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      ask: fc.record({
        provider: fc.constantFrom('openai', 'anthropic'),
        model: fc.constantFrom('claude', 'gpt'),
        tool: fc.constantFrom('generate_text', 'plan_tasks'),
        microUsd: fc.option(fc.nat(900), { nil: undefined, freq: 9 }),
        first: fc.boolean(),
        fallback: fc.boolean(),
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
      }),
    }),
  },
  fc.record({ do: fc.constant('release' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 900 }) }),
)
