import { type Failure, GenerateError, RESPONSE_TO } from '../contract/errors.ts'
import type { RoutingPolicy } from '../contract/roster.ts'
import { later } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { opening } from './opening.ts'
import { pause } from './signals.ts'
import type { Step, Turn } from './turn.ts'

/** Full jitter: a wait anywhere between nothing and 0.5 s, 1 s, 2 s … up to 8 s, so that callers do not return in step. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000
/** A limit that says it is free and then is not is asked again after this. */
const SHORTEST_LIMIT_WAIT_MS = 25

/**
 * Asks the same model again after a failure that `RESPONSE_TO` says may pass, until its stream opens: at most
 * `policy.attempts` times, within the call's budget of requests and the candidate's share of its time, and not before
 * the upstream asked to be asked. A wait longer than the patience is not waited at all: the failure goes up at once.
 *
 * A request in which the provider has just learned to leave a setting out is sent once more at once. A limit of ours
 * that frees within the patience is waited for; that is no attempt.
 */
export function retry(world: World, policy: RoutingPolicy): (next: Step) => Step {
  return (next) => (request, turn) =>
    later(async () => {
      const waits = waitsOf(world, policy, turn)
      for (;;) {
        const opened = await opening(next(request, turn)).catch((cause: unknown) => {
          if (cause instanceof GenerateError) return cause
          throw cause
        })
        // Open inside the loop, stream outside of its reach: an open stream that breaks is not asked for again.
        if (!(opened instanceof GenerateError)) return opened
        await pause(world, waits.before(opened), turn.signal)
      }
    })
}

/** Decides, failure by failure, how long to wait before the next try, or throws what goes up instead. */
function waitsOf(world: World, policy: RoutingPolicy, turn: Turn): { before(error: GenerateError): number } {
  let tries = 0
  let learned = false
  let last: GenerateError | undefined
  let patienceEnds: number | undefined

  function forLimit(error: GenerateError, freeAt: number | undefined): number {
    const now = world.now()
    patienceEnds ??= now + policy.patienceMs
    // What the model itself said is worth more than that it now rests because of it.
    if (freeAt === undefined || freeAt > patienceEnds || freeAt >= turn.openBy) throw last ?? error
    return Math.max(SHORTEST_LIMIT_WAIT_MS, freeAt - now)
  }

  function forUpstream(error: GenerateError): number {
    const { failure } = error
    if (!learned && failure.kind === 'invalid_request' && failure.learned && budgetLeft()) {
      learned = true
      return 0
    }
    if (!RESPONSE_TO[failure.kind].retry || tries >= policy.attempts || !budgetLeft()) throw error
    const waitMs = Math.max(askedMs(failure), jitterMs())
    if (waitMs > policy.patienceMs || world.now() + waitMs >= turn.openBy) throw error
    return waitMs
  }

  const budgetLeft = (): boolean => turn.tab.sent < policy.attemptsInAll
  const jitterMs = (): number =>
    Math.round(world.random() * Math.min(LONGEST_WAIT_MS, policy.patienceMs, FIRST_WAIT_MS * 2 ** (tries - 1)))

  return {
    before(error) {
      if (error.failure.kind === 'refused_by_limit') return forLimit(error, error.failure.freeAt)
      tries++
      last = error
      return forUpstream(error)
    },
  }
}

function askedMs(failure: Failure): number {
  return ('retryAfterMs' in failure ? failure.retryAfterMs : undefined) ?? 0
}
