import type { Call, GenerateEvent, GenerateRequest } from '../contract/generate.ts'

/**
 * A `Generate` inside the router: its call also carries what the layers of one call share. Every `Generate` is a step,
 * so a provider stands at the bottom as it is.
 */
export type Step = (request: GenerateRequest, turn: Turn) => AsyncIterable<GenerateEvent>

export interface Turn extends Call {
  /** When the whole call must be over: ms since the epoch. */
  readonly deadline: number
  /** When the candidate at hand must have shown its first sign of life: its share of the time that is left. */
  readonly openBy: number
  readonly tab: Tab
  /** True where the answer goes on from a text that was sent already, so that there may be nothing left to say. */
  readonly goesOn: boolean
  /** Told when anything is heard of an attempt but that its request was taken. */
  readonly onLife?: () => void
}

/** What one call has run up so far, over all its candidates and repair rounds. */
interface Tab {
  /** Requests that may go out at most. */
  readonly most: number
  /** Requests that went out. */
  sent: number
  /** What those still under way may cost at most. */
  heldMicroUsd: number
  /** What the settled ones cost. */
  spentMicroUsd: number
  /** The `provider/model` that the last one went to. */
  last: string | undefined
  /** Where requests that are under way side by side stand in line for their money. */
  line: Promise<unknown>
}

/** A first sight of a call: a fresh tab, and all the time there is for whoever comes first. */
export function firstTurn(call: Call, now: number, totalMs: number, most = Number.POSITIVE_INFINITY): Turn {
  const deadline = call.deadline ?? now + totalMs
  const tab: Tab = {
    most,
    sent: 0,
    heldMicroUsd: 0,
    spentMicroUsd: 0,
    last: undefined,
    line: Promise.resolve(),
  }
  return { ...call, deadline, openBy: deadline, tab, goesOn: false }
}
