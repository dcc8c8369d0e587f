import type { FailureKind } from './errors.ts'
import type { Usage } from './generate.ts'

/**
 * The record of spending; entries are only ever added. Money is held before a request goes out, for the most it can
 * cost, and settled with its cost. A hold that is neither settled nor released (a crash) is booked as spent, marked
 * `lost`, once it has expired. All amounts are whole micro-dollars, all days are UTC. Everything rejects with
 * `StoreError` when the store cannot be used.
 */
export interface Ledger {
  /** One transaction: checks every budget that covers the model, then sets the money aside. */
  hold(request: HoldRequest): Promise<Hold>
  /** Sums over the entries from `from` (inclusive) to `to` (exclusive), both ms since the epoch at a UTC day's start. */
  report(from: number, to: number): Promise<PeriodTotals>
  budgets(now: number): Promise<readonly BudgetState[]>
  getCall(callId: string): Promise<CallRecord | undefined>
  /** Ids of the newest calls that begin with `prefix`, for completion. */
  listCallIds(prefix: string, limit: number): Promise<readonly string[]>
  /** Ids of the newest calls with an amount in doubt. */
  listCallIdsInDoubt(limit: number): Promise<readonly string[]>
  /**
   * Books the vendor's bill for a call's attempts in doubt: `billedMicroUsd`, for all of them together, replaces their
   * estimated costs, and nothing of the call stays in doubt. False, and nothing changes, where nothing of it is.
   */
  settleInDoubt(callId: string, billedMicroUsd: number): Promise<boolean>
  close(): void
}

/** The part of a budget from which on people are warned. */
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
       * the current states of the budgets that this entry took past `BUDGET_WARNING_RATIO`: each once in its period,
       * unless `settleInDoubt` gave money back meanwhile.
       */
      settle(entry: LedgerEntry): Promise<readonly BudgetState[]>
      /** Gives the money back and leaves no entry: the request never went out. */
      release(): Promise<void>
    }
  | {
      readonly ok: false
      /**
       * `full`: the rest of the budget is too small. `held`: it is too small only until calls under way are settled, so
       * waiting helps. `unpriced`: the budget has room, but the price is not known.
       */
      readonly reason: 'full' | 'held' | 'unpriced'
      readonly budget: BudgetState
      /** When the budget's next period has room, ms since the epoch; undefined where none will. */
      readonly freeAt: number | undefined
    }

export interface LedgerEntry {
  readonly outcome: 'ok' | FailureKind
  readonly latencyMs: number
  readonly usage: Usage
  /** Undefined: the price is not known. */
  readonly microUsd: number | undefined
  readonly estimated: boolean
  /**
   * How much more than `microUsd` the vendor may still bill for an attempt whose end it did not count. Not part of the
   * cost; counts against budgets until their period ends. The ledger keeps at most the rest of the hold. Default 0.
   */
  readonly inDoubtMicroUsd?: number
}

/** Sums over entries. Token sums count what providers reported or we estimated; an unknown count adds nothing. */
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
  /** Vendors may still bill this much beyond `microUsd`. */
  readonly inDoubtMicroUsd: number
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
  /** Set aside for calls under way. */
  readonly heldMicroUsd: number
  /** Vendors may still bill this much beyond `spentMicroUsd`. */
  readonly inDoubtMicroUsd: number
  /** The limit less what is spent, held and in doubt; never below zero. */
  readonly remainingMicroUsd: number
  /** When the next period begins, ms since the epoch; undefined for `total`. */
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
  readonly inDoubtMicroUsd: number
}
