import type { Call, GenerateEvent, GenerateRequest } from '../contract/generate.ts'

/**
 * A `Generate` inside the router: its call also carries what the layers of one call share. Every `Generate` is a step,
 * so a provider stands at the bottom as it is.
 */
export type Handler = (request: GenerateRequest, context: CallContext) => AsyncIterable<GenerateEvent>

export interface CallContext extends Call {
  /** When the whole call must be over: ms since the epoch. */
  readonly deadline: number
  /** When the candidate at hand must have shown its first sign of life: its share of the time that is left. */
  readonly firstTokenDeadline: number
  readonly totals: CallTotals
  /** True where the answer goes on from a text that was sent already, so that there may be nothing left to say. */
  readonly isContinuation: boolean
  /** Told when anything is heard of an attempt but that its request was taken. */
  readonly onActivity?: () => void
}

/** What one call has run up so far, over all its candidates and repair rounds. */
interface CallTotals {
  /** Requests that may go out at most. */
  readonly maxAttempts: number
  /** Requests that went out. */
  attempts: number
  /** What those still under way may cost at most. */
  heldMicroUsd: number
  /** What the settled ones cost. */
  spentMicroUsd: number
  /** The `provider/model` that the last one went to. */
  lastModel: string | undefined
  /** Where requests that are under way side by side stand in line for their money. */
  holdQueue: Promise<unknown>
}

/** A first sight of a call: a fresh tab, and all the time there is for whoever comes first. */
export function createCallContext(
  call: Call,
  now: number,
  totalMs: number,
  maxAttempts = Number.POSITIVE_INFINITY,
): CallContext {
  const deadline = call.deadline ?? now + totalMs
  const totals: CallTotals = {
    maxAttempts,
    attempts: 0,
    heldMicroUsd: 0,
    spentMicroUsd: 0,
    lastModel: undefined,
    holdQueue: Promise.resolve(),
  }
  return { ...call, deadline, firstTokenDeadline: deadline, totals, isContinuation: false }
}
