import type { FailureKind, GenerateError } from './errors.ts'

/** The use of the limits by one attempt: an upper estimate on the way in, a count on the way out. */
export interface QuotaCost {
  readonly requests: number
  readonly tokens: number
}

/**
 * Anything that may refuse an attempt for now: requests or tokens a minute, concurrent calls, a cooldown. Reserve, then
 * settle with the outcome, or release. A limit never waits and never reads a clock, so its test is a table of moments.
 */
export interface Limit {
  /** For people, in errors and in `limits://status`: `anthropic: 50 requests a minute`. */
  readonly name: string
  reserve(cost: QuotaCost, now: number, ticket?: QueueTicket): ReservationResult | Promise<ReservationResult>
  /** When a call of one request and one token would pass: ms since the epoch, `now` if at once. Reserves nothing. */
  freeAt(now: number): number | Promise<number>
}

/**
 * Identifies a waiting caller. A refused caller keeps its queue position if it comes back with the same `id` within 1 s
 * of the `freeAt` that it was given; after that the position is dropped.
 */
export interface QueueTicket {
  readonly id: string
  /** Until when the caller will wait, ms since the epoch. A caller whose turn would come later gets no position. */
  readonly waitUntil: number
}

export type ReservationResult =
  | {
      readonly ok: true
      /** The attempt ended, well or badly. Only the first of settle and release counts. */
      settle(outcome: Outcome, now: number): void | Promise<void>
      /** The attempt was never sent. */
      release(now: number): void | Promise<void>
    }
  | {
      readonly ok: false
      /** Undefined: waiting does not help, because the cost is above the limit itself. */
      readonly freeAt: number | undefined
      /** The first that refused, where several limits are reserved as one. */
      readonly limitName: string
      /** The failure that began a cooldown, and when. */
      readonly cause?: CooldownCause
    }

/** Why a model or an account is cooling down. `since`: ms since the epoch. */
export interface CooldownCause {
  readonly kind: FailureKind
  readonly since: number
}

export interface Outcome {
  readonly used: QuotaCost
  /** By when the upstream had the request at the latest, because its answer had begun. Absent: by the end. */
  readonly arrivedBy?: number
  readonly error?: GenerateError
}

/**
 * Every limit that a rule may set, a row each: the settings file's schema, the type of a rule and the limits themselves
 * are made from these rows. `windowMs`: the limit counts `measure` in any stretch of that length; without it the limit
 * counts calls in flight. `max`: the largest value that the settings file may hold.
 */
export const LIMIT_KINDS = {
  requestsPerMinute: {
    setting: 'requests_per_minute',
    label: 'requests a minute',
    measure: 'requests',
    windowMs: 60_000,
    max: 1_000_000,
  },
  tokensPerMinute: {
    setting: 'tokens_per_minute',
    label: 'tokens a minute',
    measure: 'tokens',
    windowMs: 60_000,
    max: 1_000_000_000,
  },
  concurrent: { setting: 'concurrent', label: 'calls at once', measure: 'calls', max: 10_000 },
} as const satisfies Record<string, LimitKind>

type LimitKind = { readonly setting: string; readonly label: string; readonly max: number } & (
  | { readonly measure: keyof QuotaCost; readonly windowMs: number }
  | { readonly measure: 'calls' }
)

/** The names of the limits in the settings file. */
export type LimitSetting = (typeof LIMIT_KINDS)[keyof typeof LIMIT_KINDS]['setting']

/** A limit as it is configured. `match` is a pattern of `contract/match.ts`. */
export type LimitRule = { readonly match: string } & { readonly [K in keyof typeof LIMIT_KINDS]?: number }

/**
 * Where limits keep their state for all processes that share an account: one JSON value under a name. Both methods
 * reject with `StoreError` when the store cannot be used.
 */
export interface SharedState {
  /** All values whose names begin with `prefix`. */
  read(prefix: string): Promise<ReadonlyMap<string, unknown>>
  /**
   * Changes a value atomically among all processes. `change` gets the value (undefined: none) and returns the next one
   * (undefined deletes it) and an answer. It may run more than once, so it must be pure.
   */
  update<T>(name: string, change: (value: unknown) => readonly [next: unknown, answer: T]): Promise<T>
  close(): void
}
