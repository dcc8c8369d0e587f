import type { GenerateError } from './errors.ts'

/** What one attempt takes. An upper guess on the way in, a count on the way out. */
export interface Need {
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
  reserve(need: Need, now: number): Grant | Promise<Grant>
  /** When a call of one request and one token would be let through: ms since the epoch, `now` if at once. Reserves nothing. */
  freeAt(now: number): number | Promise<number>
}

export type Grant =
  | {
      readonly ok: true
      /** The attempt ended, well or badly. Only the first of settle and release counts. */
      settle(outcome: Outcome, now: number): void | Promise<void>
      /** The attempt never went out. */
      release(now: number): void | Promise<void>
    }
  /** `freeAt` undefined: waiting will not help (the need is above the limit itself). */
  | { readonly ok: false; readonly freeAt: number | undefined }

export interface Outcome {
  readonly used: Need
  readonly error?: GenerateError
}

/** A limit as it is configured. `match` is a pattern of `contract/match.ts`. */
export interface LimitRule {
  readonly match: string
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly concurrent?: number
}
