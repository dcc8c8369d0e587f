import { FAILURE_POLICIES, GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../../contract/generate.ts'
import type { Candidate, RoutingPolicy } from '../../contract/registry.ts'
import { lazyStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortError } from '../abort.ts'
import type { CallContext, Handler } from '../context.ts'
import { candidateName, type NamedFailure, shortReason } from '../format.ts'
import { type OpenContinuation, withContinuation } from './continue.ts'
import { type OpenedCandidate, raceToOpen, startCandidate } from './hedge.ts'

/** A candidate with everything below it: its tries, its limits, its money, its wire. */
export interface CandidatePipeline {
  readonly candidate: Candidate
  readonly handler: Handler
  /** When its rest after failures is over: ms since the epoch, `now` if it has none. */
  cooldownUntil(now: number): Promise<number>
}

/**
 * Tries each choice in turn; the first to open is the answer. Resting ones come last, the one that frees first before
 * the others. Each gets an equal share of the time that is left, so that one that hangs is given up in time for the
 * rest. A prompt that was too long for one goes on to larger windows only. A slow one may get a second beside it
 * (`policy.hedgeAfterMs`), and a stream that breaks is gone on with by those that are left, at the very last and once by
 * the one that broke off itself (`policy.onBreak`).
 *
 * Throws the error of the only one there was, or `exhausted` with all of them; `before` are those of names that led to
 * nobody. Where nobody goes on, a break goes up as it is, saying who broke off and after how much.
 */
export function fallback(
  world: World,
  policy: RoutingPolicy,
  pipelines: readonly CandidatePipeline[],
  earlierFailures: readonly NamedFailure[] = [],
): Handler {
  return (request, context) => lazyStream(() => openAnswer(request, context))

  async function openAnswer(request: GenerateRequest, context: CallContext): Promise<AsyncIterable<GenerateEvent>> {
    const failures = [...earlierFailures]
    const remaining = [...(await sortByCooldown(pipelines, world.now()))]
    let insufficientTokens = 0
    let isBrokenRequeued = false

    function takeNextPipeline(): CandidatePipeline | undefined {
      if (world.now() >= context.deadline || context.totals.attempts >= context.totals.maxAttempts) return undefined
      const at = remaining.findIndex(
        ({ candidate: { facts } }) => (facts.contextTokens ?? insufficientTokens + 1) > insufficientTokens,
      )
      return at < 0 ? undefined : remaining.splice(0, at + 1)[at]
    }

    function recordFailure({ candidate }: CandidatePipeline, error: unknown): void {
      if (!(error instanceof GenerateError) || !FAILURE_POLICIES[error.failure.kind].fallback) throw error
      failures.push({ name: candidateName(candidate), error })
      const { failure } = error
      if (failure.kind !== 'context_too_long') return
      insufficientTokens = Math.max(insufficientTokens, failure.limitTokens ?? candidate.facts.contextTokens ?? 0)
    }

    const openNext = (
      requestFor: (pipeline: CandidatePipeline) => GenerateRequest,
      isContinuation: boolean,
    ): Promise<OpenedCandidate | undefined> =>
      raceToOpen(
        world,
        policy.hedgeAfterMs,
        async () => {
          const pipeline = takeNextPipeline()
          if (!pipeline) return undefined
          const firstTokenDeadline = await deadlineFor(remaining, context)
          return startCandidate(
            pipeline,
            requestFor(pipeline),
            { ...context, firstTokenDeadline, isContinuation },
            policy.hedgeAfterMs !== undefined,
          )
        },
        recordFailure,
      )

    const openContinuation: OpenContinuation = (broken, requestFor) => {
      if (!isBrokenRequeued) remaining.push(broken)
      isBrokenRequeued = true
      return openNext(requestFor, true)
    }

    const opened = await openNext(() => request, false)
    if (opened)
      return withContinuation(opened, request, policy.onStreamError === 'continue' ? openContinuation : undefined)
    throw context.signal.aborted
      ? abortError(context.signal)
      : (combinedError(failures) ?? noneAskedError(world.now() >= context.deadline))
  }

  /** Until when a choice may take, so that there is time for those of the others that could be asked. */
  async function deadlineFor(
    remaining: readonly CandidatePipeline[],
    { totals, deadline }: CallContext,
  ): Promise<number> {
    const now = world.now()
    const others = Math.min(await countAvailable(remaining, now), totals.maxAttempts - totals.attempts - 1)
    return now + (deadline - now) / (1 + Math.max(0, others))
  }

  /** How many of them could be asked before the patience ends: only they need time kept for them. */
  async function countAvailable(some: readonly CandidatePipeline[], now: number): Promise<number> {
    const moments = await Promise.all(some.map((pipeline) => pipeline.cooldownUntil(now)))
    return moments.filter((at) => at <= now + policy.maxWaitMs).length
  }
}

async function sortByCooldown(
  pipelines: readonly CandidatePipeline[],
  now: number,
): Promise<readonly CandidatePipeline[]> {
  const timed = await Promise.all(
    pipelines.map(async (pipeline) => ({ choice: pipeline, at: await pipeline.cooldownUntil(now) })),
  )
  return timed.sort((a, b) => a.at - b.at).map(({ choice: pipeline }) => pipeline)
}

/** What goes up when nobody opened. */
function combinedError(failures: readonly NamedFailure[]): GenerateError | undefined {
  const errors = failures.map(({ error }) => error)
  const [first] = errors
  if (!first || errors.length === 1) return first
  // A wall that stands before all of them is best told by the error that names it.
  if (errors.every(({ failure }) => failure.kind === 'over_budget')) return first
  if (errors.every(({ failure }) => failure.kind === 'refused_by_limit')) return earliestFreeError(errors) ?? first
  const list = failures.map(({ name, error }) => `${name}: ${shortReason(error)}`)
  return new GenerateError(
    { kind: 'exhausted', errors },
    `No model could answer. ${list.join('; ')}. Name another model (list_models shows which are ready), or try again later.`,
  )
}

function noneAskedError(isLate: boolean): GenerateError {
  return isLate
    ? new GenerateError(
        { kind: 'timeout', phase: 'total', afterMs: 0 },
        'The time of the call was over before a model could be asked. Give it a longer timeout_ms.',
      )
    : new GenerateError(
        { kind: 'exhausted', errors: [] },
        'The call has made all the requests that it may (`max_attempts` in `routing`). Try again, or name another model.',
      )
}

function earliestFreeError(errors: readonly GenerateError[]): GenerateError | undefined {
  const at = ({ failure }: GenerateError): number =>
    (failure.kind === 'refused_by_limit' ? failure.freeAt : undefined) ?? Number.POSITIVE_INFINITY
  return errors.toSorted((a, b) => at(a) - at(b))[0]
}
