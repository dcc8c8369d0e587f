import type { Budget, BudgetState, HoldRequest } from '../../../contract/ledger.ts'
import {
  type BudgetBook,
  crossesWarning,
  findRefusal,
  type HoldRefusal,
  type ModelAmount,
  type ModelSpending,
} from '../../budgets.ts'
import { calendarPeriodAt } from '../../period.ts'
import type { Sql } from '../statements.ts'

/** The states of all budgets. Spending is read from the sums, so a new budget counts what was spent before it was set. */
export function readBudgetStates(sql: Sql, book: BudgetBook, at: number): readonly BudgetState[] {
  return book.budgets.map((budget) => readState(sql, book, budget, at))
}

/** The reason why the money cannot be set aside; undefined where it can. */
export function readRefusal(sql: Sql, book: BudgetBook, request: HoldRequest): HoldRefusal | undefined {
  const budgets = book.findBudgets(`${request.provider}/${request.model}`)
  return findRefusal(
    budgets.map((budget) => readState(sql, book, budget, request.at)),
    request.maxMicroUsd,
  )
}

/**
 * The budgets that an entry just booked has taken past `BUDGET_WARNING_RATIO`; inside the transaction that booked it.
 * `addedMicroUsd` is its cost and its amount in doubt.
 */
export function readNewWarnings(
  sql: Sql,
  book: BudgetBook,
  { provider, model, at }: Pick<HoldRequest, 'provider' | 'model' | 'at'>,
  addedMicroUsd: number,
): readonly BudgetState[] {
  if (addedMicroUsd <= 0) return []
  return book
    .findBudgets(`${provider}/${model}`)
    .filter((budget) => {
      const { microUsd, inDoubtMicroUsd } = book.sumSpending(budget, readSpending(sql, budget, at))
      return crossesWarning(budget, microUsd + inDoubtMicroUsd, addedMicroUsd)
    })
    .map((budget) => readState(sql, book, budget, at))
}

function readState(sql: Sql, book: BudgetBook, budget: Budget, at: number): BudgetState {
  const period = calendarPeriodAt(budget.per, at)
  const holds = sql<ModelAmount>(HELD, { begins: period.begins, ends: period.ends ?? null })
  return book.stateOf(budget, period, readSpending(sql, budget, at), holds)
}

function readSpending(sql: Sql, { per }: Budget, at: number): readonly ModelSpending[] {
  return sql<ModelSpending>(SPENT, { per, begins: calendarPeriodAt(per, at).begins })
}

const SPENT = `
  SELECT key, micro_usd AS microUsd, in_doubt_micro_usd AS inDoubtMicroUsd FROM sums
  WHERE per = :per AND sort = 'model' AND begins = :begins`
const HELD = `
  SELECT provider || '/' || model AS key, COALESCE(SUM(micro_usd), 0) AS microUsd FROM holds
  WHERE :ends IS NULL OR (at >= :begins AND at < :ends) GROUP BY 1`
