import { FAILURES, type Failure, GenerateError } from '../../contract/errors.ts'
import type { RoutingPolicy } from '../../contract/registry.ts'
import { lazyStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortableSleep } from '../abort.ts'
import type { CallContext, Handler } from '../context.ts'
import { awaitFirstContent } from './first-content.ts'

/** Full jitter: a random wait below 0.5 s, 1 s, 2 s … up to 8 s, so that callers do not return at the same moment. */
const BASE_WAIT_MS = 500
const MAX_WAIT_MS = 8_000
/** A limit that said it is free and refuses is asked again after this. */
const MIN_LIMIT_WAIT_MS = 25
/** One for each setting that a provider may refuse. */
const MAX_RESENDS = 10

/**
 * Asks the same model again after a failure that `FAILURES` says may pass, until its answer begins: at most
 * `policy.maxAttemptsPerModel` times, within the call's requests (some are kept for candidates that were not asked yet)
 * and the candidate's share of time, and not before the time that the upstream named. A wait longer than
 * `policy.maxWaitMs` is not waited: the failure is thrown at once.
 *
 * A request of which the provider learned something (a setting or bound that it leaves out from now on) is sent again at
 * once, as often as there are settings. A limit that frees within `policy.maxWaitMs` is waited for, which is no attempt.
 */
export function retry(world: World, policy: RoutingPolicy): (next: Handler) => Handler {
  return (next) => (request, context) =>
    lazyStream(async () => {
      const schedule = createRetrySchedule(world, policy, context)
      for (;;) {
        const opened = await awaitFirstContent(next(request, context)).catch((cause: unknown) => {
          if (cause instanceof GenerateError) return cause
          throw cause
        })
        // The loop ends where the answer begins, because a stream that breaks later is continued, not retried.
        if (!(opened instanceof GenerateError)) return opened
        await abortableSleep(world, schedule.nextWaitMs(opened), context.signal)
      }
    })
}

/** Decides after each failure how long to wait before the next try, or throws the error of the candidate. */
function createRetrySchedule(
  world: World,
  policy: RoutingPolicy,
  context: CallContext,
): { nextWaitMs(error: GenerateError): number } {
  let attempts = 0
  let resends = 0
  let lastError: GenerateError | undefined
  let waitDeadline: number | undefined

  function limitWaitMs(error: GenerateError, freeAt: number | undefined): number {
    const now = world.now()
    waitDeadline ??= now + policy.maxWaitMs
    // The model's own error is more useful than the cooldown that it caused.
    if (freeAt === undefined || freeAt > waitDeadline || freeAt >= context.firstTokenDeadline) throw lastError ?? error
    return Math.max(MIN_LIMIT_WAIT_MS, freeAt - now)
  }

  function upstreamWaitMs(error: GenerateError): number {
    const { failure } = error
    const hasLearned = 'learned' in failure && failure.learned
    if (hasLearned && resends < MAX_RESENDS && context.totals.attempts < policy.maxAttempts) {
      resends++
      attempts--
      return 0
    }
    const isFinal = failure.kind === 'bad_response' && failure.partial !== undefined
    if (!FAILURES[failure.kind].retry || isFinal || attempts >= policy.maxAttemptsPerModel || !hasAttemptsLeft())
      throw error
    const waitMs = Math.max(requestedWaitMs(failure), jitterMs())
    if (waitMs > policy.maxWaitMs || world.now() + waitMs >= context.firstTokenDeadline) throw error
    return waitMs
  }

  const hasAttemptsLeft = (): boolean => context.totals.attempts < policy.maxAttempts - context.reservedAttempts
  const jitterMs = (): number =>
    Math.round(world.random() * Math.min(MAX_WAIT_MS, policy.maxWaitMs, BASE_WAIT_MS * 2 ** (attempts - 1)))

  return {
    nextWaitMs(error) {
      if (error.failure.kind === 'refused_by_limit') return limitWaitMs(error, error.failure.freeAt)
      attempts++
      lastError = error
      return upstreamWaitMs(error)
    },
  }
}

function requestedWaitMs(failure: Failure): number {
  return ('retryAfterMs' in failure ? failure.retryAfterMs : undefined) ?? 0
}
