/** Why a generation failed, as data. Switch on `kind`; each kind carries only what it has. */
export type Failure =
  | { readonly kind: 'cancelled' }
  /** `learned`: the provider has just learned to leave a setting out, so the same request is worth sending once more. */
  | { readonly kind: 'invalid_request'; readonly field?: string; readonly learned?: boolean }
  | { readonly kind: 'unknown_model'; readonly model: string; readonly nearest?: readonly string[] }
  | { readonly kind: 'context_too_long'; readonly limitTokens?: number }
  | { readonly kind: 'filtered'; readonly category?: string }
  | { readonly kind: 'auth' }
  | { readonly kind: 'quota_exhausted' }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs?: number }
  | { readonly kind: 'overloaded'; readonly status?: number; readonly retryAfterMs?: number }
  /** `sent`: the request may have reached the provider (a reset), so it may have been billed. */
  | { readonly kind: 'unreachable'; readonly sent: boolean }
  | {
      readonly kind: 'timeout'
      readonly phase: 'connect' | 'first_token' | 'silence' | 'total'
      readonly afterMs: number
    }
  /** `partial`: what there was of an answer whose length was used up. */
  | { readonly kind: 'bad_response'; readonly partial?: string }
  /** A rate, concurrency or cooldown limit of ours. `freeAt` undefined: waiting will not help. */
  | { readonly kind: 'refused_by_limit'; readonly limit: string; readonly freeAt: number | undefined }
  /** A budget of ours, `max_cost_usd`, or an unknown price under a budget. */
  | { readonly kind: 'over_budget'; readonly budget: string; readonly freeAt: number | undefined }
  | { readonly kind: 'exhausted'; readonly errors: readonly GenerateError[] }

export type FailureKind = Failure['kind']

/** What the router does about a kind of failure. */
export interface FailurePolicy {
  /** Ask the same model again, after a wait. */
  readonly retry: boolean
  /** Ask the next candidate. */
  readonly fallback: boolean
  /** Leave alone for a while: the one model, or everything behind the provider's key. */
  readonly cooldown: 'model' | 'provider' | false
}

/** The whole failure policy of the router is this table. */
export const FAILURE_POLICIES = {
  //                  the same again  the next one    rest
  cancelled: { retry: false, fallback: false, cooldown: false },
  invalid_request: { retry: false, fallback: true, cooldown: false },
  unknown_model: { retry: false, fallback: true, cooldown: false },
  context_too_long: { retry: false, fallback: true, cooldown: false },
  filtered: { retry: false, fallback: true, cooldown: false },
  auth: { retry: false, fallback: true, cooldown: 'provider' },
  quota_exhausted: { retry: false, fallback: true, cooldown: 'provider' },
  rate_limited: { retry: true, fallback: true, cooldown: 'model' },
  overloaded: { retry: true, fallback: true, cooldown: 'model' },
  unreachable: { retry: true, fallback: true, cooldown: 'provider' },
  timeout: { retry: false, fallback: true, cooldown: 'model' },
  bad_response: { retry: true, fallback: true, cooldown: false },
  refused_by_limit: { retry: false, fallback: true, cooldown: false },
  over_budget: { retry: false, fallback: true, cooldown: false },
  exhausted: { retry: false, fallback: false, cooldown: false },
} as const satisfies Record<FailureKind, FailurePolicy>

/**
 * The only error a `Generate` throws. `message` is for people and models: one or two sentences that hold the way out,
 * never text from upstream, never a key. `failure` is for code.
 */
export class GenerateError extends Error {
  override readonly name = 'GenerateError'
  readonly failure: Failure
  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
