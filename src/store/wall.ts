import { type Budget, type BudgetState, type Hold, type HoldAsk, WARN_AT } from '../contract/ledger.ts'
import { matches } from '../contract/match.ts'
import type { Sql } from './statements.ts'
import { windowOf } from './window.ts'

type Refusal = Extract<Hold, { readonly ok: false }>

/** The budgets as they stand. What is spent comes from the sums, so a budget that was just configured knows its past. */
export interface Wall {
  states(sql: Sql, at: number): readonly BudgetState[]
  /** Why the money cannot be set aside. Of several budgets in the way, the one that is in the way longest. */
  refusal(sql: Sql, ask: HoldAsk): Refusal | undefined
  /** The budgets that an entry just booked has taken past `WARN_AT`; inside the transaction that booked it. */
  passed(sql: Sql, of: Pick<HoldAsk, 'provider' | 'model' | 'at'>, microUsd: number): readonly BudgetState[]
}

export function wall(budgets: readonly Budget[]): Wall {
  const known = new Map<string, ReadonlySet<Budget>>()

  /** `key` is `provider/model`. */
  function covering(key: string): ReadonlySet<Budget> {
    const slash = key.indexOf('/')
    const found =
      known.get(key) ??
      new Set(budgets.filter((budget) => matches(budget.match, key.slice(0, slash), key.slice(slash + 1))))
    known.set(key, found)
    return found
  }

  function sumOf(budget: Budget, rows: readonly Amount[]): number {
    return rows.reduce((all, row) => (covering(row.key).has(budget) ? all + row.microUsd : all), 0)
  }

  function spentOf(sql: Sql, budget: Budget, at: number): number {
    return sumOf(budget, sql(SPENT, { per: budget.per, begins: windowOf(budget.per, at).begins }))
  }

  function stateOf(sql: Sql, budget: Budget, at: number): BudgetState {
    const { begins, ends } = windowOf(budget.per, at)
    const spentMicroUsd = spentOf(sql, budget, at)
    const heldMicroUsd = sumOf(budget, sql(HELD, { begins, ends: ends ?? null }))
    const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd)
    return { ...budget, spentMicroUsd, heldMicroUsd, remainingMicroUsd, resetsAt: ends }
  }

  return {
    states: (sql, at) => budgets.map((budget) => stateOf(sql, budget, at)),
    refusal: (sql, ask) =>
      [...covering(`${ask.provider}/${ask.model}`)]
        .flatMap((budget) => refusalBy(stateOf(sql, budget, ask.at), ask.microUsd) ?? [])
        .reduce<Refusal | undefined>((worst, one) => (worst && lasts(worst) >= lasts(one) ? worst : one), undefined),
    passed(sql, { provider, model, at }, microUsd) {
      if (microUsd <= 0) return []
      return [...covering(`${provider}/${model}`)]
        .filter((budget) => {
          const mark = budget.limitMicroUsd * WARN_AT
          const spent = spentOf(sql, budget, at)
          return spent >= mark && spent - microUsd < mark
        })
        .map((budget) => stateOf(sql, budget, at))
    },
  }
}

function refusalBy(budget: BudgetState, microUsd: number | undefined): Refusal | undefined {
  if (microUsd === undefined) {
    // A new day does not tell the price.
    return { ok: false, reason: budget.remainingMicroUsd > 0 ? 'unpriced' : 'full', budget, freeAt: undefined }
  }
  if (microUsd <= budget.remainingMicroUsd) return undefined
  // What is dearer than the whole budget will not fit into the next one either.
  const freeAt = microUsd <= budget.limitMicroUsd ? budget.resetsAt : undefined
  return { ok: false, reason: 'full', budget, freeAt }
}

function lasts(refusal: Refusal): number {
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
