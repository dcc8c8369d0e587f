import type { GenerateError } from './errors.ts'

/** What one attempt takes. An upper guess on the way in, a count on the way out. */
export interface QuotaCost {
  readonly requests: number
  readonly tokens: number
}

/**
 * Anything that may say "not now": requests or tokens a minute, calls in flight, a cooldown. Reserve, then settle with
 * what really happened, or release. It never waits and never reads a clock, so its test is a table of moments.
 */
export interface Limit {
  /** As people see it in errors and in `limits://status`: `anthropic: 50 requests a minute`. */
  readonly name: string
  reserve(cost: QuotaCost, now: number, ticket?: QueueTicket): ReservationResult | Promise<ReservationResult>
  /** When a call of one request and one token would be let through: ms since the epoch, `now` if at once. Reserves nothing. */
  freeAt(now: number): number | Promise<number>
}

/**
 * What a caller that will wait says of itself. Who was refused and comes back with the same id when it was told to keeps
 * its place in line; who comes back a second late, or never, has lost it.
 */
export interface QueueTicket {
  readonly id: string
  /** How long it will wait, ms since the epoch. Whose turn would come later than that gets no place. */
  readonly waitUntil: number
}

export type ReservationResult =
  | {
      readonly ok: true
      /** The attempt ended, well or badly. Only the first of settle and release counts. */
      settle(outcome: Outcome, now: number): void | Promise<void>
      /** The attempt never went out. */
      release(now: number): void | Promise<void>
    }
  /** `by`: the name of the limit; of several that are asked as one, the first in the way. `freeAt` undefined: waiting will not help (the need is above the limit itself). */
  | { readonly ok: false; readonly freeAt: number | undefined; readonly limitName: string }

export interface Outcome {
  readonly used: QuotaCost
  /** By when the upstream surely had the request, because its answer had begun. Absent: by the end. */
  readonly arrivedBy?: number
  readonly error?: GenerateError
}

/** A limit as it is configured. `match` is a pattern of `contract/match.ts`. */
export interface LimitRule {
  readonly match: string
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly concurrent?: number
}

/**
 * Where limits write down what they count, for all processes that share one account: one JSON value under a name. Both
 * reject with `StoreError` when it cannot be used.
 */
export interface SharedState {
  /** Everything that is written under names that begin so. */
  read(prefix: string): Promise<ReadonlyMap<string, unknown>>
  /**
   * Changes a value, alone among all processes. `change` is given the value (undefined: nothing is written) and gives the
   * next one (undefined wipes it) and an answer. It may be run again before it counts, so it must do nothing else.
   */
  update<T>(name: string, change: (value: unknown) => readonly [next: unknown, answer: T]): Promise<T>
  close(): void
}
