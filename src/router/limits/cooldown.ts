import { type Failure, type FailureKind, RESPONSE_TO } from '../../contract/errors.ts'
import type { Limit } from '../../contract/limit.ts'
import { grant } from './once.ts'

/**
 * Leaves a model, or everything behind a provider's key, alone after failures that `RESPONSE_TO` says should rest it:
 * at once where the upstream named a time, or where asking again is no use (a refused key, an exhausted quota, a
 * timeout); else after `failures` in a row, as many as one call makes before it gives up.
 *
 * It rests for the time that the upstream named, or the kind's own, or `restMs`. After that one call goes through as a
 * probe: when it does well the rest is over, when it fails like those before it the rest begins anew. While the probe is out the others are
 * told to look again in a moment; a probe that is out for longer than `restMs` stands in nobody's way.
 */
export function cooldown(
  name: string,
  level: 'model' | 'provider',
  { restMs, failures }: { readonly restMs: number; readonly failures: number },
): Limit {
  let inARow = 0
  let resting = false
  let until = 0
  let probeUntil = 0
  const freeAt = (now: number): number => {
    if (!resting) return now
    if (now < until) return until
    return now < probeUntil ? Math.min(probeUntil, now + LOOK_AGAIN_MS) : now
  }

  return {
    name,
    freeAt,
    reserve(_need, now) {
      if (freeAt(now) > now) return { ok: false, freeAt: freeAt(now) }
      const probe = resting
      if (probe) probeUntil = now + restMs
      return grant({
        release() {
          if (probe) probeUntil = 0
        },
        settle({ error }, at) {
          if (probe) probeUntil = 0
          const failure = error?.failure
          if (failure && saysNothing(failure)) return
          if (!failure || RESPONSE_TO[failure.kind].rest !== level) {
            // Only the probe may end a rest: a call that went out before it began knows nothing of it.
            if (probe) resting = false
            if (!resting) inARow = 0
            return
          }
          inARow++
          const asked = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
          const atOnce = asked !== undefined || !RESPONSE_TO[failure.kind].retry
          if (!atOnce && inARow < failures) return
          resting = true
          until = Math.max(until, at + Math.min(asked ?? REST_MS[failure.kind] ?? restMs, LONGEST_REST_MS))
        },
      })
    },
  }
}

/** When a call that met a probe may look again. */
const LOOK_AGAIN_MS = 1_000

/** Kinds with a rest of their own: a mended key comes with a restart, a paid bill does not come in a minute. */
const REST_MS: Partial<Record<FailureKind, number>> = { auth: 600_000, quota_exhausted: 600_000 }

/** However long a wait the upstream names. */
const LONGEST_REST_MS = 86_400_000

/** The caller's own hurry, or change of mind, says nothing about the model. */
function saysNothing(failure: Failure): boolean {
  return failure.kind === 'cancelled' || (failure.kind === 'timeout' && failure.phase === 'total')
}
