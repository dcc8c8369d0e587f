import { FAILURES, type Failure, type GenerateError } from '../../contract/errors.ts'
import {
  type FinishReason,
  type GenerateEvent,
  type GenerateRequest,
  isContent,
  type Usage,
} from '../../contract/generate.ts'
import { utf8Length } from '../../lib/text.ts'
import { type InputEstimate, tokensFromBytes } from './estimate-tokens.ts'

/** Watches the events of one attempt, and says at any ending what the attempt used. */
export interface UsageMeter {
  observe(event: GenerateEvent, now: number): void
  /** When the first event came: by then the upstream had the request. */
  readonly arrivedBy: number | undefined
  /** When the first text or tool call came. */
  readonly firstContentAt: number | undefined
  /** The finish reason of the `end`; undefined while there is none. */
  readonly finish: FinishReason | undefined
  /** Bytes of text, thinking and tool calls so far. */
  readonly outputBytes: number
  /** `error`: how the attempt failed; undefined where it ended well. */
  measure(error: GenerateError | undefined): MeasuredUsage
}

export interface MeasuredUsage {
  readonly usage: Usage
  /** True where a count had to be estimated. */
  readonly estimated: boolean
  /** True where the provider counted the whole attempt, or it cost nothing: nothing more can be billed for it. */
  readonly isFinal: boolean
  /** False: the provider refused the request before any sign of an answer, or was never reached. It cost nothing. */
  readonly billed: boolean
}

/**
 * Uses the provider's own counts where it reported them. Where it did not (the stream broke, was left, or ended without
 * them), the input is estimated and the output is what came of it, three bytes a token. A reported zero beside a prompt,
 * or beside an answer, is not a count.
 */
export function createUsageMeter(request: GenerateRequest, input: InputEstimate): UsageMeter {
  let hasActivity = false
  let reported: Usage = {}
  let finish: FinishReason | undefined
  let outputBytes = 0
  let arrivedBy: number | undefined
  let firstContentAt: number | undefined

  return {
    get arrivedBy() {
      return arrivedBy
    },
    get firstContentAt() {
      return firstContentAt
    },
    get finish() {
      return finish
    },
    get outputBytes() {
      return outputBytes
    },
    observe(event, now) {
      arrivedBy ??= now
      hasActivity ||= event.type === 'start' ? event.usage !== undefined : event.type !== 'ping'
      if (isContent(event)) firstContentAt ??= now
      if (event.type === 'start') reported = { ...event.usage }
      if (event.type === 'text' || event.type === 'thinking') outputBytes += utf8Length(event.text)
      if (event.type === 'call') outputBytes += utf8Length(JSON.stringify(event.call))
      if (event.type === 'end') {
        finish = event.finish
        reported = { ...reported, ...event.usage }
      }
    },
    measure(error) {
      if (!hasActivity && error && !mayBeBilled(error.failure)) {
        return { usage: { inputTokens: 0, outputTokens: 0 }, estimated: false, isFinal: true, billed: false }
      }
      const observedTokens = Math.min(tokensFromBytes(outputBytes), request.maxOutputTokens ?? Number.POSITIVE_INFINITY)
      const reportedInput = input.expected > 0 ? reported.inputTokens || undefined : reported.inputTokens
      const reportedOutput = outputBytes > 0 ? reported.outputTokens || undefined : reported.outputTokens
      const isFinal = finish !== undefined && reportedInput !== undefined && reportedOutput !== undefined
      // The output that `start` reports is only its beginning.
      const outputTokens = finish ? (reportedOutput ?? observedTokens) : Math.max(reportedOutput ?? 0, observedTokens)
      const usage = { ...reported, inputTokens: reportedInput ?? input.expected, outputTokens }
      return { usage, estimated: !isFinal, isFinal, billed: true }
    },
  }
}

function mayBeBilled(failure: Failure): boolean {
  const { mayBeBilled: rule } = FAILURES[failure.kind]
  return rule === 'if_sent' ? failure.kind === 'unreachable' && failure.sent : rule
}

/** Field by field; a count that one of them does not know is not known of both. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sums = COUNT_FIELDS.flatMap((field) => {
    const [x, y] = [a[field], b[field]]
    return x === undefined || y === undefined ? [] : [[field, x + y] as const]
  })
  return Object.fromEntries(sums)
}

const COUNT_FIELDS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'cacheWriteHourTokens',
  'outputTokens',
  'reasoningTokens',
  'billedMicroUsd',
] as const
