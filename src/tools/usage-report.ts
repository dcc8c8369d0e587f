import { z } from 'zod'
import { BUDGET_WARNING_RATIO } from '../contract/ledger.ts'
import { formatUsd } from '../lib/money.ts'
import { countOf } from '../lib/text.ts'
import { buildUsageReport, PERIOD_PATTERN, type ReportPeriod, type UsageReport } from '../report.ts'
import { defineTool } from './tool.ts'

/** Rows of a breakdown in a result, the most expensive first. The resource has all of them. */
const MAX_ROWS = 10

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
  in_doubt_usd: z.number(),
  unpriced_attempts: int,
  estimated_attempts: int,
  lost_holds: int,
}
const rows = z.array(z.looseObject({ key: z.string(), cost_usd: z.number() }))
const BREAKDOWNS = ['provider', 'model', 'tool', 'day'] as const

export default defineTool({
  name: 'usage_report',
  title: 'Usage report',
  description:
    'Report spending (cost in USD, calls, tokens) by model, provider, tool and day, and the rest of every budget.',
  input: z.object({
    period: z
      .string()
      .regex(PERIOD_PATTERN)
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
        in_doubt_usd: z.number(),
        remaining_usd: z.number(),
        resets_at: z.string().nullable(),
      }),
    ),
    warnings: z.array(z.string()).optional(),
  }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  prose: ['summary'],
  async run({ period, by }, { app }) {
    const report = await buildUsageReport(app, period ? [period] : undefined)
    const shown = by ? [by] : BREAKDOWNS
    const { warnings } = app.settings
    return {
      summary: summarizeUsage(report),
      generated_at: report.generated_at,
      currency: report.currency,
      periods: Object.fromEntries(
        Object.entries(report.periods).map(([name, each]) => [name, trimPeriod(each, shown)]),
      ),
      budgets: report.budgets.map((budget) => ({ ...budget })),
      ...(warnings.length > 0 && { warnings: [...warnings] }),
    }
  },
})

function trimPeriod(period: ReportPeriod, breakdowns: readonly (typeof BREAKDOWNS)[number][]) {
  return {
    ...period,
    by: Object.fromEntries(
      breakdowns.map((by) => [by, by === 'day' ? period.by.day.slice(-MAX_ROWS) : period.by[by].slice(0, MAX_ROWS)]),
    ),
  }
}

/** The report in a few sentences. */
function summarizeUsage({ periods, budgets }: UsageReport): string {
  const spent = Object.entries(periods).map(
    ([name, period]) =>
      `${PERIOD_LABELS[name] ?? name} ${formatDollars(period.cost_usd)} in ${countOf(period.calls, 'call')}`,
  )
  const widest = Object.values(periods).at(-1)
  const caveats = [
    widest && widest.unpriced_attempts > 0
      ? `The cost leaves out ${countOf(widest.unpriced_attempts, 'attempt')} without a known price.`
      : '',
    widest && widest.lost_holds > 0
      ? `The cost counts ${countOf(widest.lost_holds, 'attempt')} lost in a crash at the highest possible price.`
      : '',
    widest && widest.in_doubt_usd > 0
      ? `Vendors may still bill ${formatUsd(widest.in_doubt_usd)} for attempts that ended before their count: it counts against budgets.`
      : '',
  ]
  const nearLimit = budgets.filter(
    ({ spent_usd, limit_usd }) => limit_usd > 0 && spent_usd >= limit_usd * BUDGET_WARNING_RATIO,
  )
  const warning =
    nearLimit.length === 0
      ? ''
      : `More than ${100 * BUDGET_WARNING_RATIO} % spent: ${nearLimit.map((budget) => `"${budget.name}" (${Math.floor((100 * budget.spent_usd) / budget.limit_usd)} %)`).join(', ')}.`
  const left = budgets.map(
    (budget) =>
      `${formatDollars(budget.remaining_usd)} of ${formatDollars(budget.limit_usd)} left in the budget "${budget.name}"`,
  )
  const budgetText = left.length > 0 ? `${left.join('; ')}.` : 'No budget is set: SHOWRUNNER_DAILY_BUDGET_USD sets one.'
  return [`Spent: ${spent.join(', ')}.`, warning, ...caveats, budgetText]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

const PERIOD_LABELS: Readonly<Record<string, string>> = {
  today: 'today',
  month: 'this month',
  all: 'in all',
  '7d': 'in 7 days',
  '30d': 'in 30 days',
}

function formatDollars(usd: number): string {
  return formatUsd(Math.round(usd * 1_000_000))
}
