import type { App } from './app.ts'
import type { Usage } from './contract/generate.ts'
import type { BudgetState, CallRecord, Counts, Period, Row } from './contract/ledger.ts'

/** The usage report in the shape of DESIGN A4: what was spent, on what, and what is left of every budget. */
export interface Report {
  readonly generated_at: string
  readonly currency: 'USD'
  readonly periods: Readonly<Record<string, ReportPeriod>>
  readonly budgets: readonly ReportBudget[]
}

export type ReportCounts = {
  readonly calls: number
  readonly attempts: number
  readonly failures: number
  readonly fallbacks: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly cost_usd: number
  readonly unpriced_attempts: number
  readonly estimated_attempts: number
  readonly lost_holds: number
}

export type ReportRow = ReportCounts & { readonly key: string }
export type Breakdown = 'provider' | 'model' | 'tool' | 'day'
export type ReportPeriod = ReportCounts & {
  readonly from: string
  readonly to: string
  readonly by: Readonly<Record<Breakdown, readonly ReportRow[]>>
}

export interface ReportBudget {
  readonly name: string
  readonly match: string
  readonly per: 'day' | 'month' | 'total'
  readonly limit_usd: number
  readonly spent_usd: number
  readonly held_usd: number
  readonly remaining_usd: number
  readonly resets_at: string | null
}

const DAY_MS = 86_400_000
/** Nothing was booked before this; it is where `all` begins. */
const DAWN = Date.UTC(2020, 0, 1)

/** Periods that have a name of their own; `YYYY-MM` and `YYYY-MM-DD` are taken too. */
export const PERIODS = ['today', '7d', '30d', 'month', 'all'] as const
/** A pattern for every period there is. */
export const PERIOD = /^(today|7d|30d|month|all|\d{4}-\d{2}(-\d{2})?)$/

/** The report over the named periods. Throws `RangeError` for a name that is no period. */
export async function usageReport(app: App, periods: readonly string[] = ['today', 'month', 'all']): Promise<Report> {
  const ledger = await app.ledger()
  const now = app.world.now()
  const spans = await Promise.all(
    periods.map(async (name) => {
      const { from, to } = spanOf(name, now)
      return [name, periodOf(await ledger.report(from, to))] as const
    }),
  )
  return {
    generated_at: iso(now),
    currency: 'USD',
    periods: Object.fromEntries(spans),
    budgets: (await ledger.budgets(now)).map(budgetOf),
  }
}

/** One call with its attempts in the shape of DESIGN A4; undefined for an id the ledger does not know. */
export async function callReport(app: App, callId: string) {
  const record = await (await app.ledger()).call(callId)
  return record && callOf(record)
}

/** `today`, `7d`, `30d`, `month`, `all`, `YYYY-MM` or `YYYY-MM-DD`, as UTC days: from inclusive, to exclusive. */
function spanOf(name: string, now: number): { readonly from: number; readonly to: number } {
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const tomorrow = today + DAY_MS
  const date = new Date(now)
  if (name === 'today') return { from: today, to: tomorrow }
  if (name === '7d') return { from: tomorrow - 7 * DAY_MS, to: tomorrow }
  if (name === '30d') return { from: tomorrow - 30 * DAY_MS, to: tomorrow }
  if (name === 'month') return { from: Date.UTC(date.getUTCFullYear(), date.getUTCMonth()), to: tomorrow }
  if (name === 'all') return { from: DAWN, to: tomorrow }
  const [year = 0, month = 0, day] = name.split('-').map(Number)
  const from = Date.UTC(year, month - 1, day ?? 1)
  const exact = PERIOD.test(name) && iso(from).startsWith(name)
  if (!exact)
    throw new RangeError(
      `There is no period "${name}": use ${PERIODS.join(', ')}, a month such as 2026-11, or a day such as 2026-11-23.`,
    )
  return { from, to: day === undefined ? Date.UTC(year, month) : from + DAY_MS }
}

/** Micro-dollars as dollars, exact to the micro-dollar. Unknown is null, never 0. */
export function usd(microUsd: number): number
export function usd(microUsd: number | undefined): number | null
export function usd(microUsd: number | undefined): number | null {
  return microUsd === undefined ? null : microUsd / 1_000_000
}

/** Token counts as they are told: input with its cached part, output with its reasoning. Unknown is null, never 0. */
export function usageOf({ inputTokens, cachedInputTokens, outputTokens, reasoningTokens }: Usage) {
  return {
    input_tokens: inputTokens ?? null,
    cached_input_tokens: cachedInputTokens ?? null,
    output_tokens: outputTokens ?? null,
    reasoning_tokens: reasoningTokens ?? null,
  }
}

function periodOf({ from, to, by, ...counts }: Period): ReportPeriod {
  const rows = (list: readonly Row[]): readonly ReportRow[] => list.map((row) => ({ key: row.key, ...countsOf(row) }))
  return {
    from: iso(from),
    to: iso(to),
    ...countsOf(counts),
    by: { provider: rows(by.provider), model: rows(by.model), tool: rows(by.tool), day: rows(by.day) },
  }
}

function countsOf(counts: Counts): ReportCounts {
  return {
    calls: counts.calls,
    attempts: counts.attempts,
    failures: counts.failures,
    fallbacks: counts.fallbacks,
    input_tokens: counts.inputTokens,
    cached_input_tokens: counts.cachedInputTokens,
    output_tokens: counts.outputTokens,
    reasoning_tokens: counts.reasoningTokens,
    cost_usd: usd(counts.microUsd),
    unpriced_attempts: counts.unpricedAttempts,
    estimated_attempts: counts.estimatedAttempts,
    lost_holds: counts.lostHolds,
  }
}

function budgetOf(budget: BudgetState): ReportBudget {
  return {
    name: budget.name,
    match: budget.match,
    per: budget.per,
    limit_usd: usd(budget.limitMicroUsd),
    spent_usd: usd(budget.spentMicroUsd),
    held_usd: usd(budget.heldMicroUsd),
    remaining_usd: usd(budget.remainingMicroUsd),
    resets_at: budget.resetsAt === undefined ? null : iso(budget.resetsAt),
  }
}

function callOf({ callId, tool, at, microUsd, attempts }: CallRecord) {
  return {
    call_id: callId,
    tool,
    at: iso(at),
    cost_usd: usd(microUsd),
    attempts: attempts.map((attempt) => ({
      model: attempt.model,
      outcome: attempt.outcome,
      at: iso(attempt.at),
      latency_ms: attempt.latencyMs,
      usage: usageOf(attempt.usage),
      cost_usd: usd(attempt.microUsd),
      estimated: attempt.estimated,
    })),
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
