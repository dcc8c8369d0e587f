import type { Budget, BudgetState, HoldRequest, LedgerEntry, LedgerTotals } from '../../src/contract/ledger.ts'
import { matchesModel } from '../../src/contract/match.ts'

/** The ledger as a list and sums over it: too slow to use, too plain to be wrong. What a real one says is held against it. */
export function referenceLedger(budgets: readonly Budget[]) {
  const records: HoldRecord[] = []

  function budgetState(budget: Budget, at: number): BudgetState {
    const covered = records.filter(
      ({ request: ask }) =>
        matchesModel(budget.match, ask.provider, ask.model) && periodKey(budget, ask.at) === periodKey(budget, at),
    )
    const heldMicroUsd = sum(
      covered.filter(({ status: is }) => is === 'held').map(({ request: ask }) => ask.maxMicroUsd),
    )
    const spentMicroUsd = sum(covered.map(({ entry }) => entry?.microUsd))
    const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd)
    const date = new Date(at)
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
    const resetsAt = { day: Date.UTC(year, month, day + 1), month: Date.UTC(year, month + 1), total: undefined }[
      budget.per
    ]
    return { ...budget, spentMicroUsd, heldMicroUsd, remainingMicroUsd, resetsAt }
  }

  return {
    /** Books what has expired: to be called whenever time has passed. */
    expire(now: number): void {
      for (const line of records) {
        if (line.status !== 'held' || line.request.expiresAt > now) continue
        const { maxMicroUsd: microUsd, at, expiresAt } = line.request
        line.status = 'lost'
        line.entry = { outcome: 'timeout', latencyMs: expiresAt - at, usage: {}, microUsd, estimated: true }
      }
    },
    hasRoom({ provider, model, at, maxMicroUsd: microUsd }: HoldRequest): boolean {
      return budgets
        .filter((budget) => matchesModel(budget.match, provider, model))
        .every((budget) => microUsd !== undefined && microUsd <= budgetState(budget, at).remainingMicroUsd)
    },
    hold(ask: HoldRequest): void {
      records.push({ request: ask, status: 'held', entry: undefined })
    },
    end(which: number, entry: LedgerEntry | undefined): void {
      const line = records[which]
      if (line?.status === 'held') Object.assign(line, { status: entry ? 'settled' : 'released', entry })
    },
    budgets: (at: number) => budgets.map((budget) => budgetState(budget, at)),
    /** Counts by a key, keys in alphabetical order. */
    counts(keyOf: (ask: HoldRequest) => string): readonly (LedgerTotals & { readonly key: string })[] {
      const keys = [...new Set(records.filter(({ entry }) => entry).map(({ request: ask }) => keyOf(ask)))].sort()
      return keys.map((key) => ({
        key,
        ...countRecords(records.filter((line) => line.entry && keyOf(line.request) === key)),
      }))
    },
  }
}

interface HoldRecord {
  readonly request: HoldRequest
  status: 'held' | 'settled' | 'released' | 'lost'
  entry: LedgerEntry | undefined
}

function countRecords(records: readonly HoldRecord[]): LedgerTotals {
  const count = (claim: (line: HoldRecord) => boolean | undefined): number => records.filter(claim).length
  return {
    calls: count(({ request: ask }) => ask.isFirstAttempt),
    attempts: records.length,
    failures: count(({ entry }) => entry?.outcome !== 'ok'),
    fallbacks: count(({ request: ask }) => ask.isFallback),
    inputTokens: sum(records.map(({ entry }) => entry?.usage.inputTokens)),
    cachedInputTokens: sum(records.map(({ entry }) => entry?.usage.cachedInputTokens)),
    outputTokens: sum(records.map(({ entry }) => entry?.usage.outputTokens)),
    reasoningTokens: sum(records.map(({ entry }) => entry?.usage.reasoningTokens)),
    microUsd: sum(records.map(({ entry }) => entry?.microUsd)),
    unpricedAttempts: count(({ entry }) => entry?.microUsd === undefined),
    estimatedAttempts: count(({ entry }) => entry?.estimated),
    lostHolds: count(({ status: is }) => is === 'lost'),
  }
}

function periodKey(budget: Budget, at: number): string {
  return new Date(at).toISOString().slice(0, { day: 10, month: 7, total: 0 }[budget.per])
}

function sum(amounts: readonly (number | undefined)[]): number {
  return amounts.reduce<number>((all, amount) => all + (amount ?? 0), 0)
}
