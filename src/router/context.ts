import type { Attempt, Call, GenerateEvent, GenerateRequest } from '../contract/generate.ts'
import type { PromptSize } from './metering/estimate-tokens.ts'
import type { UsageMeter } from './metering/usage-meter.ts'

/**
 * A `Generate` inside the router: its call also carries the state that the layers of one call share. Every `Generate` is
 * a handler, so a provider is the innermost one as it is.
 */
export type Handler<Context extends CallContext = CallContext> = (
  request: GenerateRequest,
  context: Context,
) => AsyncIterable<GenerateEvent>

export interface CallContext extends Call {
  /** When the whole call must be over: ms since the epoch. */
  readonly deadline: number
  /** When this candidate must have shown its first sign of life: its share of the time that is left. */
  readonly firstTokenDeadline: number
  /** Requests that are kept for candidates that have not been asked yet. */
  readonly reservedAttempts: number
  /** The size of this request's prompt, measured once for all layers. */
  readonly promptSize: PromptSize
  readonly totals: CallTotals
  /** True where the answer continues a text that was sent already, so that nothing may be left to add. */
  readonly isContinuation: boolean
  /** Called at every sign of an attempt after the acceptance of its request. */
  readonly onActivity?: () => void
}

/** The context of a single request. Admission makes its meter; accounting reads it too. */
export interface AttemptContext extends CallContext {
  readonly meter: UsageMeter
}

/** The state of one call over all its candidates and repair rounds. */
export interface CallTotals {
  /** Requests that may be sent at most. */
  readonly maxAttempts: number
  /** Requests that were sent. */
  attempts: number
  /** The settled ones, in order. */
  readonly settled: Attempt[]
  /** The most that those in flight may cost. */
  heldMicroUsd: number
  /** The cost of the settled ones, and what may still be billed for them. */
  spentMicroUsd: number
  /** The `provider/model` of the last request. */
  lastModel: string | undefined
  /** The `provider/model` whose answer is being read. */
  answeringModel: string | undefined
  /** How often the answer of a `provider/model` broke in the middle, unseen by the reader. */
  readonly brokenAnswers: Map<string, number>
  /** Sentences for people that go out with the next settled attempt. */
  readonly warnings: string[]
  /** The queue in which concurrent requests of the call place their holds. */
  holdQueue: Promise<unknown>
}

/** The context of a new call. All attempts of the call are recorded through it. */
export function createCallContext(
  call: Call,
  options: {
    readonly now: number
    readonly totalMs: number
    readonly promptSize: PromptSize
    readonly maxAttempts?: number
    readonly onAttempt?: (attempt: Attempt) => void
  },
): CallContext {
  const deadline = call.deadline ?? options.now + options.totalMs
  const totals: CallTotals = {
    maxAttempts: options.maxAttempts ?? Number.POSITIVE_INFINITY,
    attempts: 0,
    settled: [],
    heldMicroUsd: 0,
    spentMicroUsd: 0,
    lastModel: undefined,
    answeringModel: undefined,
    brokenAnswers: new Map(),
    warnings: [],
    holdQueue: Promise.resolve(),
  }
  return {
    ...call,
    deadline,
    firstTokenDeadline: deadline,
    reservedAttempts: 0,
    promptSize: options.promptSize,
    totals,
    isContinuation: false,
    onAttempt(attempt) {
      totals.settled.push(attempt)
      options.onAttempt?.(attempt)
      call.onAttempt?.(attempt)
    },
  }
}
