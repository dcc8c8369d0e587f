import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/generate.ts'
import type { BudgetState, Hold } from '../../contract/ledger.ts'
import { maxCostOf, type Price } from '../../contract/price.ts'
import type { CallContext } from '../context.ts'
import { formatTime, formatUsd } from '../format.ts'

/** The refusal where the caller's own `max_cost_usd` has no room for an attempt; undefined where it has. */
export function callBudgetError(
  name: string,
  request: GenerateRequest,
  { maxMicroUsd, totals }: CallContext,
  microUsd: number | undefined,
  known: { readonly inputTokens: number; readonly price: Price } | undefined,
): GenerateError | undefined {
  if (maxMicroUsd === undefined) return undefined
  const leftMicroUsd = maxMicroUsd - totals.spentMicroUsd - totals.heldMicroUsd
  if (microUsd !== undefined && microUsd <= leftMicroUsd) return undefined
  const failure = { kind: 'over_budget', budget: 'max_cost_usd', freeAt: undefined } as const
  if (microUsd === undefined || !known)
    return new GenerateError(failure, `${unknownPriceMessage(name)} max_cost_usd is set.`)
  const affordableTokens = affordableOutputTokens(leftMicroUsd, known.inputTokens, known.price)
  const lowerHint =
    affordableTokens > 0 && affordableTokens < (request.maxOutputTokens ?? 0)
      ? `lower max_output_tokens to ${affordableTokens}, `
      : ''
  return new GenerateError(
    failure,
    `An answer of ${name} may cost up to ${formatUsd(microUsd)}, and max_cost_usd leaves ${formatUsd(Math.max(0, leftMicroUsd))}: ` +
      `${lowerHint}raise max_cost_usd, or name a cheaper model.`,
  )
}

/** The refusal of a budget, with the ways out of it. */
export function budgetError(
  name: string,
  { reason, budget, freeAt }: Extract<Hold, { ok: false }>,
  microUsd: number | undefined,
): GenerateError {
  const failure = { kind: 'over_budget', budget: budget.name, freeAt } as const
  if (reason === 'unpriced')
    return new GenerateError(failure, `${unknownPriceMessage(name)} The budget "${budget.name}" covers it.`)
  const resetNote = freeAt === undefined ? 'It does not begin anew.' : `It begins anew at ${formatTime(freeAt)}.`
  return new GenerateError(
    failure,
    `The budget "${budget.name}" (${formatUsd(budget.limitMicroUsd)} ${PERIOD_PHRASES[budget.per]} for ${budget.match}) has ` +
      `${formatUsd(budget.remainingMicroUsd)} left (${formatUsd(budget.spentMicroUsd)} spent, ${formatUsd(budget.heldMicroUsd)} held for ` +
      `calls under way), and an answer of ${name} may cost up to ${formatUsd(microUsd ?? 0)}. ${resetNote} Raise it in \`budgets\` ` +
      'of showrunner.json or in SHOWRUNNER_DAILY_BUDGET_USD or SHOWRUNNER_MONTHLY_BUDGET_USD, lower max_output_tokens, ' +
      'or name a cheaper model.',
  )
}

/** The refusal where a call has made all the requests it may: only one that runs beside another can come to this. */
export function attemptsExhaustedError(name: string, maxAttempts: number): GenerateError {
  return new GenerateError(
    { kind: 'refused_by_limit', limit: 'max_attempts', freeAt: undefined },
    `${name} was not asked: the call has made all the ${maxAttempts} requests that it may (\`max_attempts\` in \`routing\`).`,
  )
}

/** A budget that is nearly spent, as a person should know it. */
export function budgetWarning({ name, spentMicroUsd, limitMicroUsd, per, resetsAt }: BudgetState): string {
  const percent = Math.floor((100 * spentMicroUsd) / Math.max(1, limitMicroUsd))
  const resetNote = resetsAt === undefined ? '' : ` It begins anew at ${formatTime(resetsAt)}.`
  return `The budget "${name}" is ${percent} % spent: ${formatUsd(spentMicroUsd)} of ${formatUsd(limitMicroUsd)} ${PERIOD_PHRASES[per]}.${resetNote}`
}

const PERIOD_PHRASES = { day: 'a day', month: 'a month', total: 'in total' } as const

function unknownPriceMessage(name: string): string {
  return (
    `The price of ${name} is not known, so its cost cannot be kept under a limit: add it to \`prices\` in ` +
    `showrunner.json ({ "${name}": { "input_usd_per_mtok": …, "output_usd_per_mtok": … } }), or name a model with a ` +
    'known price.'
  )
}

/** The most output tokens that the rest of the money pays for, in round numbers. */
function affordableOutputTokens(leftMicroUsd: number, inputTokens: number, price: Price): number {
  const inputMicroUsd = maxCostOf(inputTokens, 0, price)
  const perThousandMicroUsd = maxCostOf(0, 1_000, price)
  if (perThousandMicroUsd === 0) return 0
  return Math.floor((Math.max(0, leftMicroUsd - inputMicroUsd) / perThousandMicroUsd) * 10) * 100
}
