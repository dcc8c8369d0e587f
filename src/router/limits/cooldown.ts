import { type Failure, type FailureKind, RESPONSE_TO } from '../../contract/errors.ts'
import type { Limit } from '../../contract/limit.ts'
import type { Cell } from './cell.ts'
import { grant } from './once.ts'

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
  level: 'model' | 'provider',
  { restMs, failures }: { readonly restMs: number; readonly failures: number },
  cell: Cell<Rest>,
): Limit {
  /** Undefined: no rest stands in the way. */
  const probe = (now: number): Promise<Asked> =>
    cell.change<Asked>((rest) => {
      if (!rest.resting) return [rest, 'awake']
      const free = freeAt(rest, now)
      return free > now ? [rest, free] : [{ ...rest, probeUntil: now + restMs }, 'probe']
    })

  /** What an attempt that ended makes of the rest. */
  function after(rest: Rest, failure: Failure | undefined, probed: boolean, at: number): Rest {
    const now = probed ? { ...rest, probeUntil: 0 } : rest
    if (failure && saysNothing(failure)) return now
    if (!failure || RESPONSE_TO[failure.kind].rest !== level) {
      // Only the probe may end a rest: a call that went out before it began knows nothing of it.
      return probed || !now.resting ? AWAKE : now
    }
    const inARow = now.inARow + 1
    const asked = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
    const atOnce = asked !== undefined || !RESPONSE_TO[failure.kind].retry
    if (!atOnce && inARow < failures) return { ...now, inARow }
    const restsMs = Math.min(asked ?? REST_MS[failure.kind] ?? restMs, LONGEST_REST_MS)
    return { ...now, inARow, resting: true, until: Math.max(now.until, at + restsMs) }
  }

  return {
    name,
    freeAt: async (now) => freeAt(await cell.read(now, LOOK_MS), now),
    async reserve(_need, now) {
      const glance = await cell.read(now, LOOK_MS)
      const free = freeAt(glance, now)
      const asked = free > now ? free : glance.resting ? await probe(now) : 'awake'
      if (typeof asked === 'number') return { ok: false, freeAt: asked, by: name }
      const probed = asked === 'probe'
      return grant({
        async release() {
          if (probed) await cell.change((rest) => [{ ...rest, probeUntil: 0 }, undefined])
        },
        async settle({ error }, at) {
          const failure = error?.failure
          const rest = await cell.read(at, LOOK_MS)
          if (after(rest, failure, probed, at) === rest) return
          await cell.change((latest) => [after(latest, failure, probed, at), undefined])
        },
      })
    },
  }
}

export interface Rest {
  readonly inARow: number
  readonly resting: boolean
  readonly until: number
  readonly probeUntil: number
}

export const AWAKE: Rest = { inARow: 0, resting: false, until: 0, probeUntil: 0 }

/** `probe`: the rest's time is over, and this is the call that tries. A moment: when to look again. */
type Asked = 'awake' | 'probe' | number

/** How old a look at what other processes know may be: it costs nothing, and a rest lasts for longer. */
const LOOK_MS = 1_000

/** When a call that met a probe may look again. */
const LOOK_AGAIN_MS = 1_000

/** Kinds with a rest of their own: a mended key comes with a restart, a paid bill does not come in a minute. */
const REST_MS: Partial<Record<FailureKind, number>> = { auth: 600_000, quota_exhausted: 600_000 }

/** However long a wait the upstream names. */
const LONGEST_REST_MS = 86_400_000

function freeAt({ resting, until, probeUntil }: Rest, now: number): number {
  if (!resting) return now
  if (now < until) return until
  return now < probeUntil ? Math.min(probeUntil, now + LOOK_AGAIN_MS) : now
}

/** The caller's own hurry, or change of mind, says nothing about the model. */
function saysNothing(failure: Failure): boolean {
  return failure.kind === 'cancelled' || (failure.kind === 'timeout' && failure.phase === 'total')
}
