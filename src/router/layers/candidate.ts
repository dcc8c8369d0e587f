import type { GenerateRequest, Usage } from '../../contract/generate.ts'
import type { Candidate } from '../../contract/registry.ts'
import type { EventStream } from '../../contract/stream.ts'
import type { Handler } from '../context.ts'
import type { PromptSize } from '../metering/estimate-tokens.ts'

/** A candidate with all its layers: retries, limits, money, timeouts, wire. */
export interface CandidatePipeline {
  readonly candidate: Candidate
  readonly handler: Handler
  /** When its cooldown after failures ends: ms since the epoch, `now` or before if it has none. */
  cooldownUntil(now: number): Promise<number>
}

/** A candidate whose answer has begun. `stream` must be read or closed. */
export interface OpenedCandidate {
  readonly pipeline: CandidatePipeline
  readonly stream: EventStream
  /** The usage of its last request, once that is settled. */
  lastUsage(): Usage
}

/** A request as one candidate gets it, with the size of its prompt. */
export interface SizedRequest {
  readonly request: GenerateRequest
  readonly promptSize: PromptSize
}

/**
 * Opens the next candidate to continue an answer that broke. `requestFor` returns undefined for a candidate that cannot
 * take the continuation. Resolves to undefined where no candidate is left.
 */
export type OpenContinuation = (
  broken: CandidatePipeline,
  requestFor: (pipeline: CandidatePipeline) => SizedRequest | undefined,
) => Promise<OpenedCandidate | undefined>
