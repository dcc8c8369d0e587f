import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/generate.ts'
import type { BudgetState, Hold } from '../../contract/ledger.ts'
import { maxCostOf, type Price } from '../../contract/price.ts'
import { formatUsd } from '../../lib/money.ts'
import type { CallContext } from '../context.ts'
import { formatTime } from '../format.ts'

/** The refusal where the caller's own `max_cost_usd` has no room for an attempt; undefined where it has room. */
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

/** The refusal of a budget, with the ways to go on. */
export function budgetError(
  name: string,
  { reason, budget, freeAt }: Extract<Hold, { ok: false }>,
  microUsd: number | undefined,
): GenerateError {
  const failure = { kind: 'over_budget', budget: budget.name, freeAt } as const
  if (reason === 'unpriced')
    return new GenerateError(failure, `${unknownPriceMessage(name)} The budget "${budget.name}" covers it.`)
  return new GenerateError(
    failure,
    `The budget "${budget.name}" (${formatUsd(budget.limitMicroUsd)} ${PERIOD_PHRASES[budget.per]} for ${budget.match}) has ` +
      `${formatUsd(budget.remainingMicroUsd)} left (${formatUsd(budget.spentMicroUsd)} spent, ${formatUsd(budget.heldMicroUsd)} held for ` +
      `calls in flight${inDoubtNote(budget)}), and an answer of ${name} may cost up to ${formatUsd(microUsd ?? 0)}. ${resetNote(budget, freeAt, microUsd)} Raise it in \`budgets\` ` +
      'of showrunner.json or in SHOWRUNNER_DAILY_BUDGET_USD or SHOWRUNNER_MONTHLY_BUDGET_USD, lower max_output_tokens, ' +
      'or name a cheaper model.',
  )
}

function resetNote({ resetsAt, limitMicroUsd, per }: BudgetState, freeAt: number | undefined, microUsd = 0): string {
  if (resetsAt === undefined) return 'It does not reset.'
  if (freeAt !== undefined || microUsd <= limitMicroUsd) return `It resets at ${formatTime(freeAt ?? resetsAt)}.`
  return `It resets at ${formatTime(resetsAt)}, but one such answer may cost more than its whole amount for a ${per}.`
}

function inDoubtNote({ inDoubtMicroUsd = 0 }: BudgetState): string {
  return inDoubtMicroUsd > 0 ? `, ${formatUsd(inDoubtMicroUsd)} that vendors may still bill` : ''
}

/** The refusal where the call has made all its requests. Only a request beside another one meets it. */
export function attemptsExhaustedError(name: string, maxAttempts: number): GenerateError {
  return new GenerateError(
    { kind: 'refused_by_limit', limit: 'max_attempts', freeAt: undefined },
    `${name} was not asked: the call has made all the ${maxAttempts} requests that it may (\`max_attempts\` in \`routing\`).`,
  )
}

/** The warning to people about a budget that is nearly spent. */
export function budgetWarning({ name, spentMicroUsd, limitMicroUsd, per, resetsAt }: BudgetState): string {
  const percent = Math.floor((100 * spentMicroUsd) / Math.max(1, limitMicroUsd))
  const reset = resetsAt === undefined ? '' : ` It resets at ${formatTime(resetsAt)}.`
  return `The budget "${name}" is ${percent} % spent: ${formatUsd(spentMicroUsd)} of ${formatUsd(limitMicroUsd)} ${PERIOD_PHRASES[per]}.${reset}`
}

/** The warning to people where a provider claims more than the attempt can cost. */
export function excessWarning(
  name: string,
  { holdMicroUsd, claimedMicroUsd }: { readonly holdMicroUsd: number; readonly claimedMicroUsd: number },
  bookedMicroUsd: number,
): string {
  return (
    `${name} reports a usage of ${formatUsd(claimedMicroUsd)}, and the request can cost ${formatUsd(holdMicroUsd)} at most. ` +
    `${formatUsd(bookedMicroUsd)} is booked: compare it with the vendor's bill.`
  )
}

const PERIOD_PHRASES = { day: 'a day', month: 'a month', total: 'in total' } as const

function unknownPriceMessage(name: string): string {
  return (
    `The price of ${name} is not known, so its cost cannot be kept under a limit: add it to \`prices\` in ` +
    `showrunner.json ({ "${name}": { "input_usd_per_mtok": …, "output_usd_per_mtok": … } }), or name a model with a ` +
    'known price.'
  )
}

/** The most output tokens that the remaining money pays for, in hundreds. */
function affordableOutputTokens(leftMicroUsd: number, inputTokens: number, price: Price): number {
  const inputMicroUsd = maxCostOf(inputTokens, 0, price)
  const perThousandMicroUsd = maxCostOf(0, 1_000, price)
  if (perThousandMicroUsd === 0) return 0
  return Math.floor((Math.max(0, leftMicroUsd - inputMicroUsd) / perThousandMicroUsd) * 10) * 100
}
