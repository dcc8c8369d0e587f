import type { Failure, FailureKind, GenerateError } from '../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Usage } from '../contract/generate.ts'
import { type InputEstimate, tokensOf, utf8 } from './estimate.ts'
import { isContent } from './opening.ts'

/** Watches one attempt's events, to say at any ending what it used. */
export interface Tally {
  see(event: GenerateEvent, now: number): void
  /** When the first text or tool call came. */
  readonly firstContentAt: number | undefined
  readonly ended: boolean
  used(error: GenerateError | undefined): Used
}

interface Used {
  readonly usage: Usage
  /** True where a count had to be estimated. */
  readonly estimated: boolean
  /** False: the provider said no before any sign of an answer, or was never reached; it cost nothing. */
  readonly billed: boolean
}

/**
 * The provider's own counts where it gave them. Where it did not, because the stream broke off, was left, or simply said
 * nothing, the input is estimated and the output is what was seen of it, three bytes a token: never zero.
 */
export function tally(request: GenerateRequest, input: InputEstimate): Tally {
  let heard = false
  let told: Usage = {}
  let ended = false
  let bytes = 0
  let firstContentAt: number | undefined

  return {
    get firstContentAt() {
      return firstContentAt
    },
    get ended() {
      return ended
    },
    see(event, now) {
      heard ||= event.type !== 'start' || event.usage !== undefined
      if (isContent(event)) firstContentAt ??= now
      if (event.type === 'start') told = { ...event.usage }
      if (event.type === 'text' || event.type === 'thinking') bytes += utf8(event.text)
      if (event.type === 'call') bytes += utf8(JSON.stringify(event.call))
      if (event.type === 'end') {
        ended = true
        told = { ...told, ...event.usage }
      }
    },
    used(error) {
      if (!heard && error && !MAY_BE_BILLED[error.failure.kind](error.failure)) {
        return { usage: { inputTokens: 0, outputTokens: 0 }, estimated: false, billed: false }
      }
      const seen = Math.min(tokensOf(bytes), request.maxOutputTokens ?? Number.POSITIVE_INFINITY)
      const inputTokens = told.inputTokens ?? input.likely
      // What `start` tells of the output is only its beginning.
      const outputTokens = ended ? (told.outputTokens ?? seen) : Math.max(told.outputTokens ?? 0, seen)
      const estimated = !ended || told.inputTokens === undefined || told.outputTokens === undefined
      return { usage: { ...told, inputTokens, outputTokens }, estimated, billed: true }
    },
  }
}

/** May a request that failed before any sign of an answer have cost its input all the same? */
const MAY_BE_BILLED: Record<FailureKind, (failure: Failure) => boolean> = {
  cancelled: () => true,
  timeout: () => true,
  bad_response: () => true,
  unreachable: (failure) => failure.kind === 'unreachable' && failure.sent,
  // The rest were refused in so many words.
  invalid_request: () => false,
  unknown_model: () => false,
  context_too_long: () => false,
  filtered: () => false,
  auth: () => false,
  quota_exhausted: () => false,
  rate_limited: () => false,
  overloaded: () => false,
  refused_by_limit: () => false,
  over_budget: () => false,
  exhausted: () => false,
}

/** Field by field; a count that one of them does not know is not known of both. */
export function sum(a: Usage, b: Usage): Usage {
  const fields = ['inputTokens', 'cachedInputTokens', 'cacheWriteTokens', 'outputTokens', 'reasoningTokens'] as const
  return Object.fromEntries(
    fields.flatMap((field) => {
      const [x, y] = [a[field], b[field]]
      return x === undefined || y === undefined ? [] : [[field, x + y]]
    }),
  )
}
