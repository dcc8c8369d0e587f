import { FAILURE_POLICIES, type Failure, GenerateError } from '../../contract/errors.ts'
import type { RoutingPolicy } from '../../contract/registry.ts'
import { lazyStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortableSleep } from '../abort.ts'
import type { CallContext, Handler } from '../context.ts'
import { awaitFirstContent } from './first-content.ts'

/** Full jitter: a wait anywhere between nothing and 0.5 s, 1 s, 2 s … up to 8 s, so that callers do not return in step. */
const BASE_WAIT_MS = 500
const MAX_WAIT_MS = 8_000
/** A limit that says it is free and then is not is asked again after this. */
const MIN_LIMIT_WAIT_MS = 25

/**
 * Asks the same model again after a failure that `RESPONSE_TO` says may pass, until its stream opens: at most
 * `policy.attempts` times, within the call's budget of requests and the candidate's share of its time, and not before
 * the upstream asked to be asked. A wait longer than the patience is not waited at all: the failure goes up at once.
 *
 * A request in which the provider has just learned to leave a setting out is sent once more at once. A limit of ours
 * that frees within the patience is waited for; that is no attempt.
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
        // Open inside the loop, stream outside of its reach: an open stream that breaks is not asked for again.
        if (!(opened instanceof GenerateError)) return opened
        await abortableSleep(world, schedule.nextWaitMs(opened), context.signal)
      }
    })
}

/** Decides, failure by failure, how long to wait before the next try, or throws what goes up instead. */
function createRetrySchedule(
  world: World,
  policy: RoutingPolicy,
  context: CallContext,
): { nextWaitMs(error: GenerateError): number } {
  let attempts = 0
  let hasResent = false
  let lastError: GenerateError | undefined
  let waitDeadline: number | undefined

  function limitWaitMs(error: GenerateError, freeAt: number | undefined): number {
    const now = world.now()
    waitDeadline ??= now + policy.maxWaitMs
    // What the model itself said is worth more than that it now rests because of it.
    if (freeAt === undefined || freeAt > waitDeadline || freeAt >= context.firstTokenDeadline) throw lastError ?? error
    return Math.max(MIN_LIMIT_WAIT_MS, freeAt - now)
  }

  function upstreamWaitMs(error: GenerateError): number {
    const { failure } = error
    if (!hasResent && failure.kind === 'invalid_request' && failure.learned && hasAttemptsLeft()) {
      hasResent = true
      return 0
    }
    if (!FAILURE_POLICIES[failure.kind].retry || attempts >= policy.maxAttemptsPerModel || !hasAttemptsLeft())
      throw error
    const waitMs = Math.max(requestedWaitMs(failure), jitterMs())
    if (waitMs > policy.maxWaitMs || world.now() + waitMs >= context.firstTokenDeadline) throw error
    return waitMs
  }

  const hasAttemptsLeft = (): boolean => context.totals.attempts < policy.maxAttempts
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
