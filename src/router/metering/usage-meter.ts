import type { Failure, FailureKind, GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Usage } from '../../contract/generate.ts'
import { isContent } from '../layers/first-content.ts'
import { type InputEstimate, tokensFromBytes, utf8Length } from './estimate-tokens.ts'

/** Watches one attempt's events, to say at any ending what it used. */
export interface UsageMeter {
  observe(event: GenerateEvent, now: number): void
  /** When the first text or tool call came. */
  readonly firstContentAt: number | undefined
  readonly ended: boolean
  finalUsage(error: GenerateError | undefined): MeasuredUsage
}

interface MeasuredUsage {
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
export function createUsageMeter(request: GenerateRequest, input: InputEstimate): UsageMeter {
  let hasActivity = false
  let reported: Usage = {}
  let ended = false
  let outputBytes = 0
  let firstContentAt: number | undefined

  return {
    get firstContentAt() {
      return firstContentAt
    },
    get ended() {
      return ended
    },
    observe(event, now) {
      hasActivity ||= event.type === 'start' ? event.usage !== undefined : event.type !== 'ping'
      if (isContent(event)) firstContentAt ??= now
      if (event.type === 'start') reported = { ...event.usage }
      if (event.type === 'text' || event.type === 'thinking') outputBytes += utf8Length(event.text)
      if (event.type === 'call') outputBytes += utf8Length(JSON.stringify(event.call))
      if (event.type === 'end') {
        ended = true
        reported = { ...reported, ...event.usage }
      }
    },
    finalUsage(error) {
      if (!hasActivity && error && !MAY_BE_BILLED[error.failure.kind](error.failure)) {
        return { usage: { inputTokens: 0, outputTokens: 0 }, estimated: false, billed: false }
      }
      const observedTokens = Math.min(tokensFromBytes(outputBytes), request.maxOutputTokens ?? Number.POSITIVE_INFINITY)
      const inputTokens = reported.inputTokens ?? input.expected
      // What `start` tells of the output is only its beginning.
      const outputTokens = ended
        ? (reported.outputTokens ?? observedTokens)
        : Math.max(reported.outputTokens ?? 0, observedTokens)
      const estimated = !ended || reported.inputTokens === undefined || reported.outputTokens === undefined
      return { usage: { ...reported, inputTokens, outputTokens }, estimated, billed: true }
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
export function addUsage(a: Usage, b: Usage): Usage {
  const fields = ['inputTokens', 'cachedInputTokens', 'cacheWriteTokens', 'outputTokens', 'reasoningTokens'] as const
  return Object.fromEntries(
    fields.flatMap((field) => {
      const [x, y] = [a[field], b[field]]
      return x === undefined || y === undefined ? [] : [[field, x + y]]
    }),
  )
}
