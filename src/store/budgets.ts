import { BUDGET_WARNING_RATIO, type Budget, type BudgetState, type Hold } from '../contract/ledger.ts'
import { matchesModel } from '../contract/match.ts'
import type { CalendarPeriod } from './period.ts'

export type HoldRefusal = Extract<Hold, { readonly ok: false }>

/** An amount of one model; `key` is `provider/model`. */
export interface ModelAmount {
  readonly key: string
  readonly microUsd: number
}

/** Spending of one model in one period. */
export interface ModelSpending extends ModelAmount {
  readonly inDoubtMicroUsd: number
}

/** The arithmetic of budgets, whatever engine keeps the amounts. */
export interface BudgetBook {
  readonly budgets: readonly Budget[]
  /** The budgets that cover a model; `key` is `provider/model`. */
  findBudgets(key: string): readonly Budget[]
  /** Adds up a period's amounts of the models that the budget covers, holds aside. */
  sumSpending(budget: Budget, spending: readonly ModelSpending[]): Omit<ModelSpending, 'key'>
  stateOf(
    budget: Budget,
    period: CalendarPeriod,
    spending: readonly ModelSpending[],
    holds: readonly ModelAmount[],
  ): BudgetState
}

export function createBudgetBook(budgets: readonly Budget[]): BudgetBook {
  const cache = new Map<string, ReadonlySet<Budget>>()

  function findCovering(key: string): ReadonlySet<Budget> {
    const slash = key.indexOf('/')
    const found =
      cache.get(key) ??
      new Set(budgets.filter((budget) => matchesModel(budget.match, key.slice(0, slash), key.slice(slash + 1))))
    cache.set(key, found)
    return found
  }

  const isCovered = (budget: Budget) => (row: ModelAmount) => findCovering(row.key).has(budget)

  function sumSpending(budget: Budget, spending: readonly ModelSpending[]): Omit<ModelSpending, 'key'> {
    let [microUsd, inDoubtMicroUsd] = [0, 0]
    for (const row of spending.filter(isCovered(budget))) {
      microUsd += row.microUsd
      inDoubtMicroUsd += row.inDoubtMicroUsd
    }
    return { microUsd, inDoubtMicroUsd }
  }

  return {
    budgets,
    findBudgets: (key) => [...findCovering(key)],
    sumSpending,
    stateOf(budget, { ends }, spending, holds) {
      const { microUsd: spentMicroUsd, inDoubtMicroUsd } = sumSpending(budget, spending)
      const heldMicroUsd = holds.filter(isCovered(budget)).reduce((sum, row) => sum + row.microUsd, 0)
      const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd - inDoubtMicroUsd)
      return { ...budget, spentMicroUsd, heldMicroUsd, inDoubtMicroUsd, remainingMicroUsd, resetsAt: ends }
    },
  }
}

/** The refusal by the budget that is in the way longest; undefined where every budget has room for the amount. */
export function findRefusal(states: readonly BudgetState[], maxMicroUsd: number | undefined): HoldRefusal | undefined {
  const refusals = states.flatMap((state) => checkBudget(state, maxMicroUsd) ?? [])
  return refusals.reduce<HoldRefusal | undefined>(
    (worst, one) => (worst && refusedUntil(worst) >= refusedUntil(one) ? worst : one),
    undefined,
  )
}

/** True where an entry took its budget past `BUDGET_WARNING_RATIO`. `used` and `added`: spent and in doubt. */
export function crossesWarning({ limitMicroUsd }: Budget, usedMicroUsd: number, addedMicroUsd: number): boolean {
  const warningMicroUsd = limitMicroUsd * BUDGET_WARNING_RATIO
  return usedMicroUsd >= warningMicroUsd && usedMicroUsd - addedMicroUsd < warningMicroUsd
}

function checkBudget(budget: BudgetState, microUsd: number | undefined): HoldRefusal | undefined {
  const withoutHoldsMicroUsd = budget.limitMicroUsd - budget.spentMicroUsd - budget.inDoubtMicroUsd
  if (microUsd === undefined) {
    // The price is no better known in the next period.
    return { ok: false, reason: withoutHoldsMicroUsd > 0 ? 'unpriced' : 'full', budget, freeAt: undefined }
  }
  if (microUsd <= budget.remainingMicroUsd) return undefined
  // A call that costs more than the whole budget does not fit into the next period either.
  const freeAt = microUsd <= budget.limitMicroUsd ? budget.resetsAt : undefined
  return { ok: false, reason: microUsd <= withoutHoldsMicroUsd ? 'held' : 'full', budget, freeAt }
}

/** Holds end within minutes, so a budget that is short only because of them is in the way for the shortest time. */
function refusedUntil({ reason, freeAt }: HoldRefusal): number {
  return reason === 'held' ? Number.NEGATIVE_INFINITY : (freeAt ?? Number.POSITIVE_INFINITY)
}
