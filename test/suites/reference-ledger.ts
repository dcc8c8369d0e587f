import type { Budget, BudgetState, HoldRequest, LedgerEntry, LedgerTotals } from '../../src/contract/ledger.ts'
import { matchesModel } from '../../src/contract/match.ts'

/** The ledger as a list and sums over it: too slow to use, and plain enough to compare real ledgers with. */
export function referenceLedger(budgets: readonly Budget[]) {
  const records: HoldRecord[] = []
  let ended = 0

  function budgetState(budget: Budget, at: number): BudgetState {
    const covered = records.filter(
      ({ request }) =>
        matchesModel(budget.match, request.provider, request.model) &&
        periodKey(budget, request.at) === periodKey(budget, at),
    )
    const heldMicroUsd = sum(
      covered.filter(({ status }) => status === 'held').map(({ request }) => request.maxMicroUsd),
    )
    const spentMicroUsd = sum(covered.map(({ entry }) => entry?.microUsd))
    const inDoubtMicroUsd = sum(covered.map(inDoubtOf))
    const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd - inDoubtMicroUsd)
    const date = new Date(at)
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
    const resetsAt = { day: Date.UTC(year, month, day + 1), month: Date.UTC(year, month + 1), total: undefined }[
      budget.per
    ]
    return { ...budget, spentMicroUsd, heldMicroUsd, inDoubtMicroUsd, remainingMicroUsd, resetsAt }
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
    hold(request: HoldRequest): void {
      records.push({ request, status: 'held', entry: undefined })
    },
    end(which: number, entry: LedgerEntry | undefined): void {
      const line = records[which]
      if (line?.status === 'held')
        Object.assign(line, { status: entry ? 'settled' : 'released', entry, endedAs: ended++ })
    },
    /** Replaces the costs of a call's attempts in doubt by the bill. */
    settleInDoubt(callId: string, billedMicroUsd: number): void {
      const lines = records
        .filter((line) => line.request.callId === callId && inDoubtOf(line) > 0)
        .toSorted((a, b) => a.request.at - b.request.at || (a.endedAs ?? 0) - (b.endedAs ?? 0))
      let rest = billedMicroUsd
      for (const line of lines) {
        const limit = (line.entry?.microUsd ?? 0) + inDoubtOf(line)
        const microUsd = line === lines.at(-1) ? rest : Math.min(rest, limit)
        rest -= microUsd
        if (line.entry) line.entry = { ...line.entry, microUsd, estimated: false, inDoubtMicroUsd: 0 }
      }
    },
    budgets: (at: number) => budgets.map((budget) => budgetState(budget, at)),
    /** Counts by a key, keys in alphabetical order. */
    counts(keyOf: (request: HoldRequest) => string): readonly (LedgerTotals & { readonly key: string })[] {
      const keys = [...new Set(records.filter(({ entry }) => entry).map(({ request }) => keyOf(request)))].sort()
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
  /** Its place among all that ended. */
  endedAs?: number
}

function countRecords(records: readonly HoldRecord[]): LedgerTotals {
  const count = (claim: (line: HoldRecord) => boolean | undefined): number => records.filter(claim).length
  return {
    calls: count(({ request }) => request.isFirstAttempt),
    attempts: records.length,
    failures: count(({ entry }) => entry?.outcome !== 'ok'),
    fallbacks: count(({ request }) => request.isFallback),
    inputTokens: sum(records.map(({ entry }) => entry?.usage.inputTokens)),
    cachedInputTokens: sum(records.map(({ entry }) => entry?.usage.cachedInputTokens)),
    outputTokens: sum(records.map(({ entry }) => entry?.usage.outputTokens)),
    reasoningTokens: sum(records.map(({ entry }) => entry?.usage.reasoningTokens)),
    microUsd: sum(records.map(({ entry }) => entry?.microUsd)),
    inDoubtMicroUsd: sum(records.map(inDoubtOf)),
    unpricedAttempts: count(({ entry }) => entry?.microUsd === undefined),
    estimatedAttempts: count(({ entry }) => entry?.estimated),
    lostHolds: count(({ status }) => status === 'lost'),
  }
}

function inDoubtOf({ request, entry }: HoldRecord): number {
  const rest = (request.maxMicroUsd ?? Number.POSITIVE_INFINITY) - (entry?.microUsd ?? 0)
  return Math.max(0, Math.min(entry?.inDoubtMicroUsd ?? 0, rest))
}

function periodKey(budget: Budget, at: number): string {
  return new Date(at).toISOString().slice(0, { day: 10, month: 7, total: 0 }[budget.per])
}

function sum(amounts: readonly (number | undefined)[]): number {
  return amounts.reduce<number>((all, amount) => all + (amount ?? 0), 0)
}
