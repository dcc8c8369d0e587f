import { FAILURE_POLICIES, type Failure, type FailureKind } from '../../contract/errors.ts'
import type { Limit } from '../../contract/limit.ts'
import { createReservation } from './grant.ts'
import type { StateCell } from './state-store.ts'

/**
 * Leaves a model, or everything behind a provider's key, alone after failures that `RESPONSE_TO` says should rest it:
 * at once where the upstream named a time, or where asking again is no use (a refused key, an exhausted quota, a
 * timeout); else after `failures` in a row, as many as one call makes before it gives up.
 *
 * It rests for the time that the upstream named, or the kind's own, or `restMs`. After that one call goes through as a
 * probe: when it does well the rest is over, when it fails like those before it the rest begins anew. While the probe is
 * out the others are told to look again in a moment; a probe that is out for longer than `restMs` stands in nobody's way.
 *
 * A call that meets no rest and does well writes nothing, and what others have written it looks at once a second.
 */
export function cooldown(
  name: string,
  scope: 'model' | 'provider',
  { restMs: cooldownMs, failures: failureThreshold }: { readonly restMs: number; readonly failures: number },
  cell: StateCell<CooldownState>,
): Limit {
  /** Undefined: no rest stands in the way. */
  const tryProbe = (now: number): Promise<ProbeResult> =>
    cell.update<ProbeResult>((rest) => {
      if (!rest.resting) return [rest, 'awake']
      const availableAt = freeAt(rest, now)
      return availableAt > now ? [rest, availableAt] : [{ ...rest, probeUntil: now + cooldownMs }, 'probe']
    })

  /** What an attempt that ended makes of the rest. */
  function nextState(rest: CooldownState, failure: Failure | undefined, isProbe: boolean, at: number): CooldownState {
    const now = isProbe ? { ...rest, probeUntil: 0 } : rest
    if (failure && isInconclusive(failure)) return now
    if (!failure || FAILURE_POLICIES[failure.kind].cooldown !== scope) {
      // Only the probe may end a rest: a call that went out before it began knows nothing of it.
      return isProbe || !now.resting ? NO_COOLDOWN : now
    }
    const consecutiveFailures = now.inARow + 1
    const upstreamWaitMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
    const isImmediate = upstreamWaitMs !== undefined || !FAILURE_POLICIES[failure.kind].retry
    if (!isImmediate && consecutiveFailures < failureThreshold) return { ...now, inARow: consecutiveFailures }
    const durationMs = Math.min(upstreamWaitMs ?? COOLDOWN_MS_BY_KIND[failure.kind] ?? cooldownMs, MAX_COOLDOWN_MS)
    return { ...now, inARow: consecutiveFailures, resting: true, until: Math.max(now.until, at + durationMs) }
  }

  return {
    name,
    freeAt: async (now) => freeAt(await cell.read(now, COOLDOWN_READ_AGE_MS), now),
    async reserve(_need, now) {
      const cachedState = await cell.read(now, COOLDOWN_READ_AGE_MS)
      const availableAt = freeAt(cachedState, now)
      const result = availableAt > now ? availableAt : cachedState.resting ? await tryProbe(now) : 'awake'
      if (typeof result === 'number') return { ok: false, freeAt: result, limitName: name }
      const isProbe = result === 'probe'
      return createReservation({
        async release() {
          if (isProbe) await cell.update((rest) => [{ ...rest, probeUntil: 0 }, undefined])
        },
        async settle({ error }, at) {
          const failure = error?.failure
          const rest = await cell.read(at, COOLDOWN_READ_AGE_MS)
          if (nextState(rest, failure, isProbe, at) === rest) return
          await cell.update((latest) => [nextState(latest, failure, isProbe, at), undefined])
        },
      })
    },
  }
}

export interface CooldownState {
  readonly inARow: number
  readonly resting: boolean
  readonly until: number
  readonly probeUntil: number
}

export const NO_COOLDOWN: CooldownState = { inARow: 0, resting: false, until: 0, probeUntil: 0 }

/** `probe`: the rest's time is over, and this is the call that tries. A moment: when to look again. */
type ProbeResult = 'awake' | 'probe' | number

/** How old a look at what other processes know may be: it costs nothing, and a rest lasts for longer. */
const COOLDOWN_READ_AGE_MS = 1_000

/** When a call that met a probe may look again. */
const PROBE_POLL_MS = 1_000

/** Kinds with a rest of their own: a mended key comes with a restart, a paid bill does not come in a minute. */
const COOLDOWN_MS_BY_KIND: Partial<Record<FailureKind, number>> = { auth: 600_000, quota_exhausted: 600_000 }

/** However long a wait the upstream names. */
const MAX_COOLDOWN_MS = 86_400_000

function freeAt({ resting, until, probeUntil }: CooldownState, now: number): number {
  if (!resting) return now
  if (now < until) return until
  return now < probeUntil ? Math.min(probeUntil, now + PROBE_POLL_MS) : now
}

/** The caller's own hurry, or change of mind, says nothing about the model. */
function isInconclusive(failure: Failure): boolean {
  return failure.kind === 'cancelled' || (failure.kind === 'timeout' && failure.phase === 'total')
}
