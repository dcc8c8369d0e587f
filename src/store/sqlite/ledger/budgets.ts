import {
  BUDGET_WARNING_RATIO,
  type Budget,
  type BudgetState,
  type Hold,
  type HoldRequest,
} from '../../../contract/ledger.ts'
import { matchesModel } from '../../../contract/match.ts'
import type { Sql } from '../statements.ts'
import { calendarPeriodAt } from './period.ts'

type Refusal = Extract<Hold, { readonly ok: false }>

/** The budgets as they stand. What is spent comes from the sums, so a budget that was just configured knows its past. */
export interface BudgetChecker {
  listStates(sql: Sql, at: number): readonly BudgetState[]
  /** Why the money cannot be set aside. Of several budgets in the way, the one that is in the way longest. */
  findRefusal(sql: Sql, request: HoldRequest): Refusal | undefined
  /** The budgets that an entry just booked has taken past `WARN_AT`; inside the transaction that booked it. */
  findNewWarnings(
    sql: Sql,
    of: Pick<HoldRequest, 'provider' | 'model' | 'at'>,
    microUsd: number,
  ): readonly BudgetState[]
}

export function createBudgetChecker(budgets: readonly Budget[]): BudgetChecker {
  const cache = new Map<string, ReadonlySet<Budget>>()

  /** `key` is `provider/model`. */
  function findBudgets(key: string): ReadonlySet<Budget> {
    const slash = key.indexOf('/')
    const found =
      cache.get(key) ??
      new Set(budgets.filter((budget) => matchesModel(budget.match, key.slice(0, slash), key.slice(slash + 1))))
    cache.set(key, found)
    return found
  }

  function sumOf(budget: Budget, rows: readonly Amount[]): number {
    return rows.reduce((all, row) => (findBudgets(row.key).has(budget) ? all + row.microUsd : all), 0)
  }

  function spentOf(sql: Sql, budget: Budget, at: number): number {
    return sumOf(budget, sql(SPENT, { per: budget.per, begins: calendarPeriodAt(budget.per, at).begins }))
  }

  function stateOf(sql: Sql, budget: Budget, at: number): BudgetState {
    const { begins, ends } = calendarPeriodAt(budget.per, at)
    const spentMicroUsd = spentOf(sql, budget, at)
    const heldMicroUsd = sumOf(budget, sql(HELD, { begins, ends: ends ?? null }))
    const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd)
    return { ...budget, spentMicroUsd, heldMicroUsd, remainingMicroUsd, resetsAt: ends }
  }

  return {
    listStates: (sql, at) => budgets.map((budget) => stateOf(sql, budget, at)),
    findRefusal: (sql, request) =>
      [...findBudgets(`${request.provider}/${request.model}`)]
        .flatMap((budget) => checkBudget(stateOf(sql, budget, request.at), request.maxMicroUsd) ?? [])
        .reduce<Refusal | undefined>(
          (worst, one) => (worst && refusedUntil(worst) >= refusedUntil(one) ? worst : one),
          undefined,
        ),
    findNewWarnings(sql, { provider, model, at }, microUsd) {
      if (microUsd <= 0) return []
      return [...findBudgets(`${provider}/${model}`)]
        .filter((budget) => {
          const warningMicroUsd = budget.limitMicroUsd * BUDGET_WARNING_RATIO
          const spent = spentOf(sql, budget, at)
          return spent >= warningMicroUsd && spent - microUsd < warningMicroUsd
        })
        .map((budget) => stateOf(sql, budget, at))
    },
  }
}

function checkBudget(budget: BudgetState, microUsd: number | undefined): Refusal | undefined {
  if (microUsd === undefined) {
    // A new day does not tell the price.
    return { ok: false, reason: budget.remainingMicroUsd > 0 ? 'unpriced' : 'full', budget, freeAt: undefined }
  }
  if (microUsd <= budget.remainingMicroUsd) return undefined
  // What is dearer than the whole budget will not fit into the next one either.
  const freeAt = microUsd <= budget.limitMicroUsd ? budget.resetsAt : undefined
  return { ok: false, reason: 'full', budget, freeAt }
}

function refusedUntil(refusal: Refusal): number {
  return refusal.freeAt ?? Number.POSITIVE_INFINITY
}

interface Amount {
  readonly key: string
  readonly microUsd: number
}

const SPENT = `SELECT key, micro_usd AS microUsd FROM sums WHERE per = :per AND sort = 'model' AND begins = :begins`
const HELD = `
  SELECT provider || '/' || model AS key, COALESCE(SUM(micro_usd), 0) AS microUsd FROM holds
  WHERE :ends IS NULL OR (at >= :begins AND at < :ends) GROUP BY 1`
