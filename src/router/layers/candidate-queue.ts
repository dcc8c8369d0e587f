import { FAILURES, GenerateError } from '../../contract/errors.ts'
import type { CallTotals } from '../context.ts'
import { candidateName, type NamedFailure, shortReason } from '../format.ts'
import type { CandidatePipeline } from './candidate.ts'

/** The candidates of one call that are still to be asked, and the failures of the others. */
export interface CandidateQueue {
  /** The next one whose window is larger than those that proved too small, and for which `canTake` holds. */
  take(canTake: (pipeline: CandidatePipeline) => boolean): CandidatePipeline | undefined
  /** Puts a candidate at the end. */
  requeue(pipeline: CandidatePipeline): void
  readonly remaining: readonly CandidatePipeline[]
  /** Records why a candidate did not answer. Rethrows an error that ends the call. */
  recordFailure(pipeline: CandidatePipeline, error: unknown): void
  /** The error of a call without an answer; `whyNotAsked` is the reason for those that remain. */
  error(whyNotAsked: string): GenerateError | undefined
}

/**
 * Candidates that are cooling down come last, the one that frees first before the others; so do those whose answer broke
 * earlier in this call. One that broke twice is left out.
 */
export async function createCandidateQueue(
  pipelines: readonly CandidatePipeline[],
  earlierFailures: readonly NamedFailure[],
  totals: CallTotals,
  now: number,
): Promise<CandidateQueue> {
  const breaksOf = ({ candidate }: CandidatePipeline): number => totals.brokenAnswers.get(candidateName(candidate)) ?? 0
  const usable = pipelines.filter((pipeline) => breaksOf(pipeline) < MAX_BREAKS)
  const timed = await Promise.all(
    usable.map(async (pipeline) => ({ pipeline, at: await pipeline.cooldownUntil(now), breaks: breaksOf(pipeline) })),
  )
  const remaining = timed.sort((a, b) => a.breaks - b.breaks || a.at - b.at).map(({ pipeline }) => pipeline)
  const failures = [...earlierFailures]
  let insufficientTokens = 0

  return {
    remaining,
    take(canTake) {
      const at = remaining.findIndex(
        (pipeline) =>
          (pipeline.candidate.facts.contextTokens ?? insufficientTokens + 1) > insufficientTokens && canTake(pipeline),
      )
      if (at < 0) return undefined
      const skipped = remaining.splice(0, at + 1)
      const taken = skipped.pop()
      for (const { candidate } of skipped)
        failures.push({ name: candidateName(candidate), error: windowTooSmallError() })
      return taken
    },
    requeue(pipeline) {
      remaining.push(pipeline)
    },
    recordFailure({ candidate }, error) {
      if (!(error instanceof GenerateError) || !FAILURES[error.failure.kind].fallback) throw error
      failures.push({ name: candidateName(candidate), error })
      const { failure } = error
      if (failure.kind !== 'context_too_long') return
      insufficientTokens = Math.max(insufficientTokens, failure.limitTokens ?? candidate.facts.contextTokens ?? 0)
    },
    error: (whyNotAsked) =>
      combinedError(
        failures,
        remaining.map(({ candidate }) => candidateName(candidate)),
        whyNotAsked,
      ),
  }
}

/** How often the answers of one candidate may break in a call, unseen by the reader. */
const MAX_BREAKS = 2

function windowTooSmallError(): GenerateError {
  return new GenerateError({ kind: 'context_too_long' }, 'Its window is too small for the request.')
}

function combinedError(
  failures: readonly NamedFailure[],
  notAsked: readonly string[],
  whyNotAsked: string,
): GenerateError | undefined {
  const errors = failures.map(({ error }) => error)
  const [first] = errors
  if (!first) return undefined
  if (notAsked.length === 0) {
    if (errors.length === 1) return first
    // A limit that is in front of all of them is best explained by the error that names it.
    if (errors.every(({ failure }) => failure.kind === 'over_budget')) return first
    if (errors.every(({ failure }) => failure.kind === 'refused_by_limit')) return earliestFreeError(errors) ?? first
  }
  const list = [
    ...failures.map(({ name, error }) => `${name}: ${shortReason(error)}`),
    ...notAsked.map((name) => `${name}: not asked, because ${whyNotAsked}`),
  ]
  return new GenerateError(
    { kind: 'exhausted', errors },
    `No model could answer. ${list.join('; ')}. Name another model (list_models shows which are ready), or try again later.`,
  )
}

function earliestFreeError(errors: readonly GenerateError[]): GenerateError | undefined {
  const at = ({ failure }: GenerateError): number =>
    (failure.kind === 'refused_by_limit' ? failure.freeAt : undefined) ?? Number.POSITIVE_INFINITY
  return errors.toSorted((a, b) => at(a) - at(b))[0]
}
