import type { Budget, BudgetState, Counts, Entry, HoldAsk } from '../../src/contract/ledger.ts'
import { matches } from '../../src/contract/match.ts'

/** The ledger as a list and sums over it: too slow to use, too plain to be wrong. What a real one says is held against it. */
export function plainLedger(budgets: readonly Budget[]) {
  const lines: Line[] = []

  function budgetState(budget: Budget, at: number): BudgetState {
    const covered = lines.filter(
      ({ ask }) =>
        matches(budget.match, ask.provider, ask.model) && windowName(budget, ask.at) === windowName(budget, at),
    )
    const heldMicroUsd = sum(covered.filter(({ is }) => is === 'held').map(({ ask }) => ask.microUsd))
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
      for (const line of lines) {
        if (line.is !== 'held' || line.ask.expiresAt > now) continue
        const { microUsd, at, expiresAt } = line.ask
        line.is = 'lost'
        line.entry = { outcome: 'timeout', latencyMs: expiresAt - at, usage: {}, microUsd, estimated: true }
      }
    },
    hasRoom({ provider, model, at, microUsd }: HoldAsk): boolean {
      return budgets
        .filter((budget) => matches(budget.match, provider, model))
        .every((budget) => microUsd !== undefined && microUsd <= budgetState(budget, at).remainingMicroUsd)
    },
    hold(ask: HoldAsk): void {
      lines.push({ ask, is: 'held', entry: undefined })
    },
    end(which: number, entry: Entry | undefined): void {
      const line = lines[which]
      if (line?.is === 'held') Object.assign(line, { is: entry ? 'settled' : 'released', entry })
    },
    budgets: (at: number) => budgets.map((budget) => budgetState(budget, at)),
    /** Counts by a key, keys in alphabetical order. */
    counts(keyOf: (ask: HoldAsk) => string): readonly (Counts & { readonly key: string })[] {
      const keys = [...new Set(lines.filter(({ entry }) => entry).map(({ ask }) => keyOf(ask)))].sort()
      return keys.map((key) => ({ key, ...counted(lines.filter((line) => line.entry && keyOf(line.ask) === key)) }))
    },
  }
}

interface Line {
  readonly ask: HoldAsk
  is: 'held' | 'settled' | 'released' | 'lost'
  entry: Entry | undefined
}

function counted(lines: readonly Line[]): Counts {
  const count = (claim: (line: Line) => boolean | undefined): number => lines.filter(claim).length
  return {
    calls: count(({ ask }) => ask.first),
    attempts: lines.length,
    failures: count(({ entry }) => entry?.outcome !== 'ok'),
    fallbacks: count(({ ask }) => ask.fallback),
    inputTokens: sum(lines.map(({ entry }) => entry?.usage.inputTokens)),
    cachedInputTokens: sum(lines.map(({ entry }) => entry?.usage.cachedInputTokens)),
    outputTokens: sum(lines.map(({ entry }) => entry?.usage.outputTokens)),
    reasoningTokens: sum(lines.map(({ entry }) => entry?.usage.reasoningTokens)),
    microUsd: sum(lines.map(({ entry }) => entry?.microUsd)),
    unpricedAttempts: count(({ entry }) => entry?.microUsd === undefined),
    estimatedAttempts: count(({ entry }) => entry?.estimated),
    lostHolds: count(({ is }) => is === 'lost'),
  }
}

function windowName(budget: Budget, at: number): string {
  return new Date(at).toISOString().slice(0, { day: 10, month: 7, total: 0 }[budget.per])
}

function sum(amounts: readonly (number | undefined)[]): number {
  return amounts.reduce<number>((all, amount) => all + (amount ?? 0), 0)
}
