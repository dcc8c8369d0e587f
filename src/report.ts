import type { App } from './app.ts'
import type { Usage } from './contract/generate.ts'
import type { BudgetState, CallRecord, LedgerTotals, PeriodTotals, TotalsByKey } from './contract/ledger.ts'

/** The usage report: spending by period and kind, and the rest of every budget. */
export interface UsageReport {
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
  readonly in_doubt_usd: number
  readonly unpriced_attempts: number
  readonly estimated_attempts: number
  readonly lost_holds: number
}

export type ReportRow = ReportCounts & { readonly key: string }
export type ReportBreakdown = 'provider' | 'model' | 'tool' | 'day'
export type ReportPeriod = ReportCounts & {
  readonly from: string
  readonly to: string
  readonly by: Readonly<Record<ReportBreakdown, readonly ReportRow[]>>
}

export interface ReportBudget {
  readonly name: string
  readonly match: string
  readonly per: 'day' | 'month' | 'total'
  readonly limit_usd: number
  readonly spent_usd: number
  readonly held_usd: number
  readonly in_doubt_usd: number
  readonly remaining_usd: number
  readonly resets_at: string | null
}

const DAY_MS = 86_400_000
/** `all` begins here, because nothing was booked before. */
const FIRST_DAY = Date.UTC(2020, 0, 1)

/** Periods with a name; `YYYY-MM` and `YYYY-MM-DD` are periods too. */
export const PERIOD_NAMES = ['today', '7d', '30d', 'month', 'all'] as const
/** Matches the name of every period. */
export const PERIOD_PATTERN = /^(today|7d|30d|month|all|\d{4}-\d{2}(-\d{2})?)$/

/** The report over the named periods. Throws `RangeError` for a name that is no period. */
export async function buildUsageReport(
  app: App,
  periods: readonly string[] = ['today', 'month', 'all'],
): Promise<UsageReport> {
  const ledger = await app.ledger()
  const now = app.world.now()
  const spans = await Promise.all(
    periods.map(async (name) => {
      const { from, to } = parsePeriod(name, now)
      return [name, toReportPeriod(await ledger.report(from, to))] as const
    }),
  )
  return {
    generated_at: toIso(now),
    currency: 'USD',
    periods: Object.fromEntries(spans),
    budgets: (await ledger.budgets(now)).map(toReportBudget),
  }
}

/** One call with its attempts; undefined for an id that the ledger does not know. */
export async function buildCallReport(app: App, callId: string) {
  const record = await (await app.ledger()).getCall(callId)
  return record && toReportCall(record)
}

/** `today`, `7d`, `30d`, `month`, `all`, `YYYY-MM` or `YYYY-MM-DD`, as UTC days: from inclusive, to exclusive. */
function parsePeriod(name: string, now: number): { readonly from: number; readonly to: number } {
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const tomorrow = today + DAY_MS
  const date = new Date(now)
  if (name === 'today') return { from: today, to: tomorrow }
  if (name === '7d') return { from: tomorrow - 7 * DAY_MS, to: tomorrow }
  if (name === '30d') return { from: tomorrow - 30 * DAY_MS, to: tomorrow }
  if (name === 'month') return { from: Date.UTC(date.getUTCFullYear(), date.getUTCMonth()), to: tomorrow }
  if (name === 'all') return { from: FIRST_DAY, to: tomorrow }
  const [year = 0, month = 0, day] = name.split('-').map(Number)
  const from = Date.UTC(year, month - 1, day ?? 1)
  const exact = PERIOD_PATTERN.test(name) && toIso(from).startsWith(name)
  if (!exact)
    throw new RangeError(
      `There is no period "${name}": use ${PERIOD_NAMES.join(', ')}, a month such as 2026-11, or a day such as 2026-11-23.`,
    )
  return { from, to: day === undefined ? Date.UTC(year, month) : from + DAY_MS }
}

/** Micro-dollars as dollars, exact to the micro-dollar. Unknown is null, never 0. */
export function toUsd(microUsd: number): number
export function toUsd(microUsd: number | undefined): number | null
export function toUsd(microUsd: number | undefined): number | null {
  return microUsd === undefined ? null : microUsd / 1_000_000
}

/**
 * Token counts in the shape of the report: input with its cached part, output with its reasoning. Unknown is null, never
 * 0; a fraction is rounded up, and a count beyond 2^53 is unknown.
 */
export function toReportUsage({ inputTokens, cachedInputTokens, outputTokens, reasoningTokens }: Usage) {
  return {
    input_tokens: toCount(inputTokens),
    cached_input_tokens: toCount(cachedInputTokens),
    output_tokens: toCount(outputTokens),
    reasoning_tokens: toCount(reasoningTokens),
  }
}

function toCount(count: number | undefined): number | null {
  const rounded = Math.ceil(count ?? Number.NaN)
  return Number.isSafeInteger(rounded) && rounded >= 0 ? rounded : null
}

function toReportPeriod({ from, to, by, ...counts }: PeriodTotals): ReportPeriod {
  const rows = (list: readonly TotalsByKey[]): readonly ReportRow[] =>
    list.map((row) => ({ key: row.key, ...toReportCounts(row) }))
  return {
    from: toIso(from),
    to: toIso(to),
    ...toReportCounts(counts),
    by: { provider: rows(by.provider), model: rows(by.model), tool: rows(by.tool), day: rows(by.day) },
  }
}

function toReportCounts(counts: LedgerTotals): ReportCounts {
  return {
    calls: counts.calls,
    attempts: counts.attempts,
    failures: counts.failures,
    fallbacks: counts.fallbacks,
    input_tokens: counts.inputTokens,
    cached_input_tokens: counts.cachedInputTokens,
    output_tokens: counts.outputTokens,
    reasoning_tokens: counts.reasoningTokens,
    cost_usd: toUsd(counts.microUsd),
    in_doubt_usd: toUsd(counts.inDoubtMicroUsd),
    unpriced_attempts: counts.unpricedAttempts,
    estimated_attempts: counts.estimatedAttempts,
    lost_holds: counts.lostHolds,
  }
}

function toReportBudget(budget: BudgetState): ReportBudget {
  return {
    name: budget.name,
    match: budget.match,
    per: budget.per,
    limit_usd: toUsd(budget.limitMicroUsd),
    spent_usd: toUsd(budget.spentMicroUsd),
    held_usd: toUsd(budget.heldMicroUsd),
    in_doubt_usd: toUsd(budget.inDoubtMicroUsd),
    remaining_usd: toUsd(budget.remainingMicroUsd),
    resets_at: budget.resetsAt === undefined ? null : toIso(budget.resetsAt),
  }
}

function toReportCall({ callId, tool, at, microUsd, attempts }: CallRecord) {
  return {
    call_id: callId,
    tool,
    at: toIso(at),
    cost_usd: toUsd(microUsd),
    attempts: attempts.map((attempt) => ({
      model: attempt.model,
      outcome: attempt.outcome,
      at: toIso(attempt.at),
      latency_ms: attempt.latencyMs,
      usage: toReportUsage(attempt.usage),
      cost_usd: toUsd(attempt.microUsd),
      estimated: attempt.estimated,
      in_doubt_usd: toUsd(attempt.inDoubtMicroUsd),
    })),
  }
}

function toIso(ms: number): string {
  return new Date(ms).toISOString()
}
