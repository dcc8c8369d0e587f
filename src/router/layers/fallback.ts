import { GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../../contract/generate.ts'
import type { RoutingPolicy } from '../../contract/registry.ts'
import { lazyStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortError } from '../abort.ts'
import type { CallContext, Handler } from '../context.ts'
import { candidateName, type NamedFailure } from '../format.ts'
import type { CandidatePipeline, OpenContinuation, OpenedCandidate, SizedRequest } from './candidate.ts'
import { type CandidateQueue, createCandidateQueue } from './candidate-queue.ts'
import { withContinuation } from './continue.ts'
import { raceToOpen, startCandidate } from './hedge.ts'

/**
 * Asks each candidate in turn; the first whose answer begins is the answer. Each gets an equal share of the time that is
 * left, and keeps enough of the call's requests for the others, so that every candidate is asked before the call gives
 * up, unless time or money ends first. A prompt that was too long for one goes to larger windows only. A slow candidate
 * may get a second beside it (`policy.hedgeAfterMs`). A stream that breaks is continued by the remaining candidates, and
 * at last once by the one that broke (`policy.onStreamError`).
 *
 * Throws the error of the only candidate, or `exhausted` with all of them and the names of those not asked;
 * `earlierFailures` belong to names without a candidate. A break without a continuation is thrown as it is.
 */
export function fallback(
  world: World,
  policy: RoutingPolicy,
  pipelines: readonly CandidatePipeline[],
  earlierFailures: readonly NamedFailure[] = [],
): Handler {
  return (request, context) => lazyStream(() => openAnswer(request, context))

  async function openAnswer(request: GenerateRequest, context: CallContext): Promise<AsyncIterable<GenerateEvent>> {
    const { totals } = context
    const queue = await createCandidateQueue(pipelines, earlierFailures, totals, world.now())
    let isBrokenRequeued = false

    /** Undefined: no candidate is left, or no time or requests to ask one. */
    async function startNext(
      requestFor: (pipeline: CandidatePipeline) => SizedRequest | undefined,
      isContinuation: boolean,
    ) {
      if (world.now() >= context.deadline || totals.attempts >= totals.maxAttempts) return undefined
      const pipeline = queue.take((one) => requestFor(one) !== undefined)
      const sized = pipeline && requestFor(pipeline)
      if (!sized) return undefined
      const shares = await shareWith(queue, context)
      return startCandidate(
        pipeline,
        sized.request,
        { ...context, ...shares, promptSize: sized.promptSize, isContinuation },
        policy.hedgeAfterMs !== undefined,
      )
    }

    const openNext = async (
      requestFor: (pipeline: CandidatePipeline) => SizedRequest | undefined,
      isContinuation: boolean,
    ): Promise<OpenedCandidate | undefined> => {
      const start = () => startNext(requestFor, isContinuation)
      const opened = await raceToOpen(world, policy.hedgeAfterMs, start, queue.recordFailure)
      if (opened) totals.answeringModel = candidateName(opened.pipeline.candidate)
      return opened
    }

    const openContinuation: OpenContinuation = (broken, requestFor) => {
      if (!isBrokenRequeued) queue.requeue(broken)
      isBrokenRequeued = true
      return openNext(requestFor, true)
    }

    const whole = { request, promptSize: context.promptSize }
    const opened = await openNext(() => whole, false)
    if (opened) {
      return withContinuation(opened, request, policy.onStreamError === 'continue' ? openContinuation : undefined)
    }
    if (context.signal.aborted) throw abortError(context.signal)
    const isLate = world.now() >= context.deadline
    throw (
      queue.error(isLate ? 'the time of the call was over' : gaveUp(totals.maxAttempts)) ??
      noneAskedError(isLate, totals.maxAttempts)
    )
  }

  /** The share of time and requests of the candidate that starts now, so that enough is left for the others. */
  async function shareWith(
    { remaining }: CandidateQueue,
    { totals, deadline }: CallContext,
  ): Promise<Pick<CallContext, 'firstTokenDeadline' | 'reservedAttempts'>> {
    const now = world.now()
    const moments = await Promise.all(remaining.map((pipeline) => pipeline.cooldownUntil(now)))
    const available = moments.filter((at) => at <= now + policy.maxWaitMs).length
    const reservedAttempts = Math.max(0, Math.min(available, totals.maxAttempts - totals.attempts - 1))
    return { firstTokenDeadline: now + (deadline - now) / (1 + reservedAttempts), reservedAttempts }
  }
}

function gaveUp(maxAttempts: number): string {
  return `the call gave up after ${maxAttempts} attempts (\`routing.max_attempts\`)`
}

function noneAskedError(isLate: boolean, maxAttempts: number): GenerateError {
  return isLate
    ? new GenerateError(
        { kind: 'timeout', phase: 'total', afterMs: 0 },
        'The time of the call was over before a model could be asked. Give it a longer timeout_ms.',
      )
    : new GenerateError(
        { kind: 'exhausted', errors: [] },
        `Gave up after ${maxAttempts} attempts (\`routing.max_attempts\`). Try again, or name another model.`,
      )
}
