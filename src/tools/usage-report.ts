import { z } from 'zod'
import { WARN_AT } from '../contract/ledger.ts'
import { PERIOD, type Report, type ReportPeriod, usageReport } from '../report.ts'
import { tool } from './tool.ts'

/** Rows of a breakdown that a tool result shows: the dearest; the resource has them all. */
const ROWS = 10

const int = z.int()
const counts = {
  calls: int,
  attempts: int,
  failures: int,
  fallbacks: int,
  input_tokens: int,
  cached_input_tokens: int,
  output_tokens: int,
  reasoning_tokens: int,
  cost_usd: z.number(),
  unpriced_attempts: int,
  estimated_attempts: int,
  lost_holds: int,
}
const rows = z.array(z.looseObject({ key: z.string(), cost_usd: z.number() }))
const BREAKDOWNS = ['provider', 'model', 'tool', 'day'] as const

export default tool({
  name: 'usage_report',
  title: 'Usage report',
  description: 'What has been spent, on which models and tools, and what is left of every budget.',
  input: z.object({
    period: z
      .string()
      .regex(PERIOD)
      .optional()
      .describe('today, 7d, 30d, month, all, YYYY-MM or YYYY-MM-DD (UTC). Absent: today, month and all.'),
    by: z.enum(BREAKDOWNS).optional().describe('Only this breakdown.'),
  }),
  output: z.object({
    summary: z.string(),
    generated_at: z.string(),
    currency: z.literal('USD'),
    periods: z.record(
      z.string(),
      z.object({ from: z.string(), to: z.string(), ...counts, by: z.record(z.string(), rows) }),
    ),
    budgets: z.array(
      z.object({
        name: z.string(),
        match: z.string(),
        per: z.string(),
        limit_usd: z.number(),
        spent_usd: z.number(),
        held_usd: z.number(),
        remaining_usd: z.number(),
        resets_at: z.string().nullable(),
      }),
    ),
  }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  prose: ['summary'],
  async run({ period, by }, { app }) {
    const report = await usageReport(app, period ? [period] : undefined)
    const shown = by ? [by] : BREAKDOWNS
    return {
      summary: summaryOf(report),
      generated_at: report.generated_at,
      currency: report.currency,
      periods: Object.fromEntries(Object.entries(report.periods).map(([name, each]) => [name, trimmed(each, shown)])),
      budgets: report.budgets.map((budget) => ({ ...budget })),
    }
  },
})

function trimmed(period: ReportPeriod, shown: readonly (typeof BREAKDOWNS)[number][]) {
  return {
    ...period,
    by: Object.fromEntries(
      shown.map((by) => [by, by === 'day' ? period.by.day.slice(-ROWS) : period.by[by].slice(0, ROWS)]),
    ),
  }
}

/** What a person would say who had read the report. */
function summaryOf({ periods, budgets }: Report): string {
  const spent = Object.entries(periods).map(
    ([name, period]) =>
      `${NAMES[name] ?? name} ${money(period.cost_usd)} in ${period.calls} ${period.calls === 1 ? 'call' : 'calls'}`,
  )
  const widest = Object.values(periods).at(-1)
  const caveats = [
    widest && widest.unpriced_attempts > 0
      ? `${widest.unpriced_attempts} attempts have no known price and are not counted.`
      : '',
    widest && widest.lost_holds > 0
      ? `${widest.lost_holds} calls were lost in a crash and are counted at the most they can have cost.`
      : '',
  ]
  const nearly = budgets.filter(({ spent_usd, limit_usd }) => limit_usd > 0 && spent_usd >= limit_usd * WARN_AT)
  const warning =
    nearly.length === 0
      ? ''
      : `More than ${100 * WARN_AT} % spent: ${nearly.map((budget) => `"${budget.name}" (${Math.floor((100 * budget.spent_usd) / budget.limit_usd)} %)`).join(', ')}.`
  const left = budgets.map(
    (budget) => `${money(budget.remaining_usd)} of ${money(budget.limit_usd)} left in the budget "${budget.name}"`,
  )
  const walls = left.length > 0 ? `${left.join('; ')}.` : 'No budget is set: SHOWRUNNER_DAILY_BUDGET_USD sets one.'
  return [`Spent: ${spent.join(', ')}.`, warning, ...caveats, walls].filter((sentence) => sentence !== '').join(' ')
}

const NAMES: Readonly<Record<string, string>> = {
  today: 'today',
  month: 'this month',
  all: 'in all',
  '7d': 'in 7 days',
  '30d': 'in 30 days',
}

function money(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && usd < 1 ? 4 : 2)}`
}
