import { GenerateError } from '../contract/errors.ts'
import type { GenerateRequest } from '../contract/generate.ts'
import type { BudgetState, Hold } from '../contract/ledger.ts'
import { mostOf, type Price } from '../contract/price.ts'
import type { Turn } from './turn.ts'
import { moment, usd } from './words.ts'

/** The refusal where the caller's own `max_cost_usd` has no room for an attempt; undefined where it has. */
export function overCallLimit(
  name: string,
  request: GenerateRequest,
  { maxMicroUsd, tab }: Turn,
  microUsd: number | undefined,
  known: { readonly inputTokens: number; readonly price: Price } | undefined,
): GenerateError | undefined {
  if (maxMicroUsd === undefined) return undefined
  const left = maxMicroUsd - tab.spentMicroUsd - tab.heldMicroUsd
  if (microUsd !== undefined && microUsd <= left) return undefined
  const failure = { kind: 'over_budget', budget: 'max_cost_usd', freeAt: undefined } as const
  if (microUsd === undefined || !known) return new GenerateError(failure, `${unpriced(name)} max_cost_usd is set.`)
  const fits = outputThatFits(left, known.inputTokens, known.price)
  const lower = fits > 0 && fits < (request.maxOutputTokens ?? 0) ? `lower max_output_tokens to ${fits}, ` : ''
  return new GenerateError(
    failure,
    `An answer of ${name} may cost up to ${usd(microUsd)}, and max_cost_usd leaves ${usd(Math.max(0, left))}: ` +
      `${lower}raise max_cost_usd, or name a cheaper model.`,
  )
}

/** The refusal of a budget, with the ways out of it. */
export function refusedByBudget(
  name: string,
  { reason, budget, freeAt }: Extract<Hold, { ok: false }>,
  microUsd: number | undefined,
): GenerateError {
  const failure = { kind: 'over_budget', budget: budget.name, freeAt } as const
  if (reason === 'unpriced')
    return new GenerateError(failure, `${unpriced(name)} The budget "${budget.name}" covers it.`)
  const resets = freeAt === undefined ? 'It does not begin anew.' : `It begins anew at ${moment(freeAt)}.`
  return new GenerateError(
    failure,
    `The budget "${budget.name}" (${usd(budget.limitMicroUsd)} ${PER[budget.per]} for ${budget.match}) has ` +
      `${usd(budget.remainingMicroUsd)} left (${usd(budget.spentMicroUsd)} spent, ${usd(budget.heldMicroUsd)} held for ` +
      `calls under way), and an answer of ${name} may cost up to ${usd(microUsd ?? 0)}. ${resets} Raise it in \`budgets\` ` +
      'of showrunner.json or in SHOWRUNNER_DAILY_BUDGET_USD or SHOWRUNNER_MONTHLY_BUDGET_USD, lower max_output_tokens, ' +
      'or name a cheaper model.',
  )
}

/** The refusal where a call has made all the requests it may: only one that runs beside another can come to this. */
export function allSent(name: string, most: number): GenerateError {
  return new GenerateError(
    { kind: 'refused_by_limit', limit: 'attempts_in_all', freeAt: undefined },
    `${name} was not asked: the call has made all the ${most} requests that it may (\`attempts_in_all\` in \`routing\`).`,
  )
}

/** A budget that is nearly spent, as a person should know it. */
export function nearlySpent({ name, spentMicroUsd, limitMicroUsd, per, resetsAt }: BudgetState): string {
  const percent = Math.floor((100 * spentMicroUsd) / Math.max(1, limitMicroUsd))
  const anew = resetsAt === undefined ? '' : ` It begins anew at ${moment(resetsAt)}.`
  return `The budget "${name}" is ${percent} % spent: ${usd(spentMicroUsd)} of ${usd(limitMicroUsd)} ${PER[per]}.${anew}`
}

const PER = { day: 'a day', month: 'a month', total: 'in total' } as const

function unpriced(name: string): string {
  return (
    `The price of ${name} is not known, so its cost cannot be kept under a limit: add it to \`prices\` in ` +
    `showrunner.json ({ "${name}": { "input_usd_per_mtok": …, "output_usd_per_mtok": … } }), or name a model with a ` +
    'known price.'
  )
}

/** The most output tokens that the rest of the money pays for, in round numbers. */
function outputThatFits(leftMicroUsd: number, inputTokens: number, price: Price): number {
  const forInput = mostOf(inputTokens, 0, price)
  const thousand = mostOf(0, 1_000, price)
  if (thousand === 0) return 0
  return Math.floor((Math.max(0, leftMicroUsd - forInput) / thousand) * 10) * 100
}
