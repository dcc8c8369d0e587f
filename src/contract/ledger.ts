import type { FailureKind } from './errors.ts'
import type { Usage } from './generate.ts'

/**
 * The append-only book of what was spent. Money is held before a request goes out, for the most it can cost, and
 * settled with what it did cost. A hold that is neither settled nor released (a crash) is booked as spent, marked
 * `lost`, once it has expired. All amounts are whole micro-dollars, all days are UTC.
 */
export interface Ledger {
  /** One transaction: checks every budget that covers the model, then sets the money aside. */
  hold(request: HoldRequest): Promise<Hold>
  /** What was spent from `from` (inclusive) to `to` (exclusive), both ms since the epoch at a UTC day's start. */
  report(from: number, to: number): Promise<PeriodTotals>
  budgets(now: number): Promise<readonly BudgetState[]>
  getCall(callId: string): Promise<CallRecord | undefined>
  /** Ids of the newest calls that begin with `prefix`, for completion. */
  listCallIds(prefix: string, limit: number): Promise<readonly string[]>
  close(): void
}

/** The part of a budget that, once spent, is told of. */
export const BUDGET_WARNING_RATIO = 0.8

/** A limit on spending. `match` is a pattern of `contract/match.ts`. */
export interface Budget {
  readonly name: string
  readonly match: string
  readonly per: 'day' | 'month' | 'total'
  readonly limitMicroUsd: number
}

export interface HoldRequest {
  readonly callId: string
  readonly tool: string
  readonly provider: string
  readonly model: string
  readonly at: number
  /** The most this attempt can cost. Undefined: the price is not known; refused where a budget covers the model. */
  readonly maxMicroUsd: number | undefined
  /** When an unsettled hold counts as lost. */
  readonly expiresAt: number
  /** True for the first attempt of its call. */
  readonly isFirstAttempt: boolean
  /** True when the attempt before it in this call went to another model. */
  readonly isFallback: boolean
}

export type Hold =
  | {
      readonly ok: true
      /**
       * Turns the hold into one entry, atomically. After a settle, a release or the expiry it adds nothing. Resolves to
       * the budgets that this entry took past `WARN_AT`, as they stand now: each once in its period, for spending only
       * ever grows.
       */
      settle(entry: LedgerEntry): Promise<readonly BudgetState[]>
      /** Gives the money back and leaves no entry: the request never went out. */
      release(): Promise<void>
    }
  /** `unpriced`: the budget has room, but the price is not known. `freeAt`: when the budget begins anew, if it does. */
  | {
      readonly ok: false
      readonly reason: 'full' | 'unpriced'
      readonly budget: BudgetState
      readonly freeAt: number | undefined
    }

export interface LedgerEntry {
  readonly outcome: 'ok' | FailureKind
  readonly latencyMs: number
  readonly usage: Usage
  /** Undefined: the price is not known. */
  readonly microUsd: number | undefined
  readonly estimated: boolean
}

/** Sums over entries. Token sums count what providers told or we estimated; an unknown count adds nothing. */
export interface LedgerTotals {
  readonly calls: number
  readonly attempts: number
  /** Attempts that did not end well. */
  readonly failures: number
  /** Attempts that took over from another model. */
  readonly fallbacks: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly microUsd: number
  /** Attempts whose cost is not known and so not in `microUsd`. */
  readonly unpricedAttempts: number
  readonly estimatedAttempts: number
  /** Holds of calls that crashed, booked at their full amount. */
  readonly lostHolds: number
}

export interface TotalsByKey extends LedgerTotals {
  readonly key: string
}

export interface PeriodTotals extends LedgerTotals {
  readonly from: number
  readonly to: number
  readonly by: {
    readonly provider: readonly TotalsByKey[]
    /** Keys are `provider/model`. */
    readonly model: readonly TotalsByKey[]
    readonly tool: readonly TotalsByKey[]
    /** Keys are `YYYY-MM-DD`, oldest first; the other lists have the dearest first. */
    readonly day: readonly TotalsByKey[]
  }
}

export interface BudgetState extends Budget {
  readonly spentMicroUsd: number
  readonly heldMicroUsd: number
  /** Never below zero. */
  readonly remainingMicroUsd: number
  /** When it begins anew, ms since the epoch; undefined for `total`. */
  readonly resetsAt: number | undefined
}

export interface CallRecord {
  readonly callId: string
  readonly tool: string
  readonly at: number
  /** Undefined where an attempt's cost is not known. */
  readonly microUsd: number | undefined
  readonly attempts: readonly AttemptRecord[]
}

export interface AttemptRecord {
  /** `provider/model`. */
  readonly model: string
  readonly outcome: 'ok' | 'lost' | FailureKind
  readonly at: number
  readonly latencyMs: number
  readonly usage: Usage
  readonly microUsd: number | undefined
  readonly estimated: boolean
}
