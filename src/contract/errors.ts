/** Why a generation failed, as data. Switch on `kind`; each kind carries only what it has. */
export type Failure =
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'invalid_request'
      readonly field?: string
      /** The provider leaves the refused setting out from now on, so the same request is worth sending again at once. */
      readonly learned?: boolean
      /** The largest `maxOutputTokens` that the model takes, where its refusal named one. */
      readonly maxOutputTokens?: number
    }
  | { readonly kind: 'unknown_model'; readonly model: string; readonly nearest?: readonly string[] }
  | {
      readonly kind: 'context_too_long'
      /** The window, where the refusal named it. */
      readonly limitTokens?: number
      /** The prompt's part of the request, where the refusal named it. */
      readonly promptTokens?: number
      /** As in `invalid_request`: the request fits with a smaller bound on its output. */
      readonly learned?: boolean
    }
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
  /** `partial`: the text of an answer that used up its length; asking the same model again would end the same way. */
  | { readonly kind: 'bad_response'; readonly partial?: string }
  /** A rate, concurrency or cooldown limit of Showrunner. `freeAt` undefined: waiting does not help. */
  | { readonly kind: 'refused_by_limit'; readonly limit: string; readonly freeAt: number | undefined }
  /** A budget of Showrunner, `max_cost_usd`, or an unknown price under a budget. */
  | { readonly kind: 'over_budget'; readonly budget: string; readonly freeAt: number | undefined }
  | { readonly kind: 'exhausted'; readonly errors: readonly GenerateError[] }

export type FailureKind = Failure['kind']

/** The router's response to a kind of failure. */
export interface FailurePolicy {
  /** Ask the same model again, after a wait. */
  readonly retry: boolean
  /** Ask the next candidate. */
  readonly fallback: boolean
  /** Leave alone for a while: the one model, or everything behind the provider's account. */
  readonly cooldown: 'model' | 'provider' | false
  /** May a request that failed before any sign of an answer have cost something? `if_sent`: where it was sent. */
  readonly mayBeBilled: boolean | 'if_sent'
  /** For people, in a list of several models. */
  readonly reason: string
}

const NO_RETRY = { retry: false, fallback: true, cooldown: false, mayBeBilled: false } as const

/** The whole failure policy of the router. */
export const FAILURES = {
  cancelled: { retry: false, fallback: false, cooldown: false, mayBeBilled: true, reason: 'cancelled' },
  invalid_request: { ...NO_RETRY, reason: 'it rejected the request' },
  unknown_model: { ...NO_RETRY, reason: 'no such model' },
  context_too_long: { ...NO_RETRY, reason: 'the prompt is too long for it' },
  filtered: { ...NO_RETRY, reason: 'its content filter stopped the answer' },
  auth: { ...NO_RETRY, cooldown: 'provider', reason: 'no key, or its key was refused' },
  quota_exhausted: { ...NO_RETRY, cooldown: 'provider', reason: 'its quota or credit is used up' },
  rate_limited: { ...NO_RETRY, retry: true, cooldown: 'model', reason: 'too many requests' },
  overloaded: { ...NO_RETRY, retry: true, cooldown: 'model', reason: 'overloaded' },
  unreachable: {
    ...{ retry: true, fallback: true, cooldown: 'provider', mayBeBilled: 'if_sent' },
    reason: 'could not be reached',
  },
  timeout: { ...NO_RETRY, cooldown: 'model', mayBeBilled: true, reason: 'too slow to answer' },
  bad_response: { ...NO_RETRY, retry: true, mayBeBilled: true, reason: 'invalid response' },
  refused_by_limit: { ...NO_RETRY, reason: 'held back by a limit' },
  over_budget: { ...NO_RETRY, reason: 'over a budget' },
  exhausted: { ...NO_RETRY, fallback: false, reason: 'all models failed' },
} as const satisfies Record<FailureKind, FailurePolicy>

/**
 * The only error that a `Generate` throws. `message` is for people and models: one or two sentences that say how to fix
 * the problem, never text from upstream, never a key. `failure` is for code.
 */
export class GenerateError extends Error {
  override readonly name = 'GenerateError'
  readonly failure: Failure
  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
