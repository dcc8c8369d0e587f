import type { Budget } from '../contract/ledger.ts'
import type { Environment, SourcedValue } from './environment.ts'
import type { ConfigLayer } from './layers.ts'
import type { ConfigFile } from './schema.ts'
import { isUnfilled } from './values.ts'

type BudgetSetting = NonNullable<ConfigFile['budgets']>[number]

/** A budget and where it was configured. */
interface SourcedBudget {
  readonly budget: Budget
  readonly origin: string
  readonly trusted: boolean
  readonly isVariable: boolean
}

const VARIABLES = [
  { name: 'SHOWRUNNER_DAILY_BUDGET_USD', per: 'day', budget: 'daily' },
  { name: 'SHOWRUNNER_MONTHLY_BUDGET_USD', per: 'month', budget: 'monthly' },
] as const

/**
 * The budgets of all layers. Where two trusted files have a budget of one name, the stronger file's counts. An untrusted file may add a
 * budget or lower one, because either only spends less; a higher one is named in `warnings`. Amounts that are none, an
 * unfilled placeholder among them, go to `problems`: a budget that silently is not there spends without a limit.
 */
export function mergeBudgets(
  env: Environment,
  files: readonly ConfigLayer[],
  problems: string[],
): { readonly budgets: readonly Budget[]; readonly warnings: readonly string[] } {
  const found: SourcedBudget[] = [
    ...VARIABLES.flatMap((variable) => readVariable(env, variable, problems)),
    ...files.flatMap(({ path, trusted, config }) =>
      (config.budgets ?? []).map((setting) => ({
        budget: toBudget(setting),
        origin: path,
        trusted,
        isVariable: false,
      })),
    ),
  ]
  problems.push(...duplicateNames(found))
  const budgets = new Map<string, SourcedBudget>()
  const warnings: string[] = []
  for (const one of found.filter(({ trusted }) => trusted)) {
    if (!budgets.has(one.budget.name)) budgets.set(one.budget.name, one)
  }
  for (const one of found.filter(({ trusted }) => !trusted)) {
    const { budget, origin } = one
    const known = budgets.get(budget.name)
    const covers = known && known.budget.match === budget.match && known.budget.per === budget.per
    if (known && !covers) budgets.set(`${budget.name} (${origin})`, rename(one, `${budget.name} (${origin})`))
    else if (!known || budget.limitMicroUsd < known.budget.limitMicroUsd) budgets.set(budget.name, one)
    else if (budget.limitMicroUsd > known.budget.limitMicroUsd)
      warnings.push(
        `Not taken from ${origin}, because a file that is not trusted may only lower a budget: the budget "${budget.name}", which is lower in ${known.origin}.`,
      )
  }
  return { budgets: [...budgets.values()].map(({ budget }) => budget), warnings }
}

function rename({ budget, ...rest }: SourcedBudget, name: string): SourcedBudget {
  return { ...rest, budget: { ...budget, name } }
}

function readVariable(
  env: Environment,
  { name, per, budget }: (typeof VARIABLES)[number],
  problems: string[],
): readonly SourcedBudget[] {
  const raw = env.raw(name)
  if (raw && isUnfilled(raw.value)) {
    problems.push(
      `${name} is ${raw.value}, which nothing filled in (${raw.origin}): write the amount itself, or leave the setting out for no budget`,
    )
    return []
  }
  const values = env.all(name)
  const strongest = values.find(({ trusted }) => trusted)
  return values.flatMap((found) => {
    if (found.trusted && found !== strongest) return []
    const usd = parseUsd(found)
    if (usd === undefined) {
      problems.push(
        `${name} is "${found.value}", which is not an amount of US dollars: write a number such as 5 or 2.50`,
      )
      return []
    }
    return [
      { budget: toBudget({ per, usd, name: budget }), origin: found.origin, trusted: found.trusted, isVariable: true },
    ]
  })
}

/** A decimal number with at most a dollar sign before it: `0x10` and `1e3` are slips, not amounts. */
function parseUsd({ value }: SourcedValue): number | undefined {
  const digits = /^\$?\s*(\d+(?:\.\d*)?|\.\d+)$/.exec(value)?.[1]
  const usd = Number(digits)
  return digits !== undefined && usd <= 1_000_000 ? usd : undefined
}

/** Two budgets of one name in one place; a variable and a trusted file are one place, because both are the person's. */
function duplicateNames(found: readonly SourcedBudget[]): readonly string[] {
  const seen = new Set<string>()
  const duplicates: string[] = []
  for (const { budget, origin, trusted, isVariable } of found) {
    const places = [`${origin}: ${budget.name}`, ...(trusted && isVariable ? [`variable: ${budget.name}`] : [])]
    const takenByVariable = trusted && !isVariable && seen.has(`variable: ${budget.name}`)
    if (takenByVariable || seen.has(`${origin}: ${budget.name}`)) duplicates.push(budget.name)
    for (const place of places) seen.add(place)
  }
  return [...new Set(duplicates)].map((name) => `two budgets are called "${name}": give one of them another \`name\``)
}

function toBudget({ name, match = '*', per, usd }: BudgetSetting): Budget {
  return { name: name ?? (match === '*' ? per : `${match} per ${per}`), match, per, limitMicroUsd: toMicroUsd(usd) }
}

export function toMicroUsd(usd: number): number {
  return Math.round(usd * 1_000_000)
}
