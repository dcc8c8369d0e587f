import type { HoldRequest, LedgerEntry, LedgerTotals, PeriodTotals, TotalsByKey } from '../contract/ledger.ts'

/** Nothing counted yet. */
export const ZERO_COUNTS: LedgerTotals = {
  calls: 0,
  attempts: 0,
  failures: 0,
  fallbacks: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  microUsd: 0,
  inDoubtMicroUsd: 0,
  unpricedAttempts: 0,
  estimatedAttempts: 0,
  lostHolds: 0,
}

export const COUNT_FIELDS = Object.keys(ZERO_COUNTS) as readonly (keyof LedgerTotals)[]

function addCounts(one: LedgerTotals, other: LedgerTotals): LedgerTotals {
  const sum: Record<keyof LedgerTotals, number> = { ...one }
  for (const field of COUNT_FIELDS) sum[field] += other[field]
  return sum
}

/** An entry whose hold may have expired unsettled. */
export interface FinalEntry extends Omit<LedgerEntry, 'outcome'> {
  readonly outcome: LedgerEntry['outcome'] | 'lost'
}

/** The counts that one entry adds, with amounts as they are stored. */
export function countEntry(
  hold: Pick<HoldRequest, 'isFirstAttempt' | 'isFallback'>,
  { outcome, usage, estimated }: FinalEntry,
  { microUsd, inDoubtMicroUsd }: { readonly microUsd: number | null; readonly inDoubtMicroUsd: number },
): LedgerTotals {
  return {
    calls: Number(hold.isFirstAttempt),
    attempts: 1,
    failures: Number(outcome !== 'ok'),
    fallbacks: Number(hold.isFallback),
    inputTokens: toStoredInteger(usage.inputTokens) ?? 0,
    cachedInputTokens: toStoredInteger(usage.cachedInputTokens) ?? 0,
    outputTokens: toStoredInteger(usage.outputTokens) ?? 0,
    reasoningTokens: toStoredInteger(usage.reasoningTokens) ?? 0,
    microUsd: microUsd ?? 0,
    inDoubtMicroUsd,
    unpricedAttempts: Number(microUsd === null),
    estimatedAttempts: Number(estimated),
    lostHolds: Number(outcome === 'lost'),
  }
}

/**
 * A count or an amount as it is stored: whole, not below zero, and not above 1e12, which thousands of entries can add up
 * to exactly. No true one comes near that (a million dollars for one attempt), but a broken upstream may claim it.
 */
export function toStoredInteger(count: number | undefined): number | null {
  return count === undefined ? null : Math.min(Math.max(Math.round(count), 0), MAX_STORED)
}

const MAX_STORED = 1e12

/** At most the rest of the hold may be in doubt; the whole claim where the hold has no amount. */
export function boundInDoubt(entry: FinalEntry, heldMicroUsd: number | null): number {
  const claimed = toStoredInteger(entry.inDoubtMicroUsd) ?? 0
  const rest = heldMicroUsd === null ? MAX_STORED : Math.max(0, heldMicroUsd - (toStoredInteger(entry.microUsd) ?? 0))
  return Math.min(claimed, rest)
}

/**
 * Divides a vendor's bill among the attempts in doubt that it is for, in their order: each takes at most its cost and its
 * amount in doubt, and the last takes the rest.
 */
export function divideBill(billedMicroUsd: number, limitsMicroUsd: readonly number[]): readonly number[] {
  let rest = toStoredInteger(billedMicroUsd) ?? 0
  return limitsMicroUsd.map((limit, index) => {
    const share = index === limitsMicroUsd.length - 1 ? rest : Math.min(rest, limit)
    rest -= share
    return share
  })
}

/** A period's totals from its sums by model, by tool and by day. */
export function toPeriodTotals(
  { from, to }: Pick<PeriodTotals, 'from' | 'to'>,
  sums: { readonly [list in 'model' | 'tool' | 'day']: readonly TotalsByKey[] },
): PeriodTotals {
  return {
    from,
    to,
    ...sums.model.reduce<LedgerTotals>((sum, { key: _, ...counts }) => addCounts(sum, counts), ZERO_COUNTS),
    by: {
      provider: groupByProvider(sums.model).toSorted(compareByCost),
      model: sums.model.toSorted(compareByCost),
      tool: sums.tool.toSorted(compareByCost),
      day: sums.day,
    },
  }
}

function groupByProvider(models: readonly TotalsByKey[]): readonly TotalsByKey[] {
  const sums = new Map<string, LedgerTotals>()
  for (const { key, ...counts } of models) {
    const provider = key.slice(0, key.indexOf('/'))
    sums.set(provider, addCounts(sums.get(provider) ?? ZERO_COUNTS, counts))
  }
  return [...sums].map(([key, counts]) => ({ key, ...counts }))
}

/** The dearest first. */
function compareByCost(a: TotalsByKey, b: TotalsByKey): number {
  return b.microUsd - a.microUsd || (a.key < b.key ? -1 : 1)
}
