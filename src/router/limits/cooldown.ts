import { FAILURES, type Failure, type FailureKind } from '../../contract/errors.ts'
import type { CooldownCause, Limit } from '../../contract/limit.ts'
import { createReservation } from './rule.ts'
import type { StateCell } from './state-store.ts'

/** A limit that also says why it refuses, and that can be lifted. */
export interface Cooldown extends Limit {
  /** The failure that began the cooldown that is under way; undefined where there is none. */
  cause(now: number): Promise<CooldownCause | undefined>
  /** Ends it for all processes: the model or the account is known to work again. */
  lift(): Promise<void>
}

export interface CooldownOptions {
  /** The cooldown where neither the upstream nor the kind of failure names a time. */
  readonly cooldownMs: number
  /** Consecutive failures that begin a cooldown, where one alone does not: as many as one call makes. */
  readonly failures: number
  /** When this process started. A refused key or an empty account of before is tried once more, because it may be fixed. */
  readonly startedAt?: number
}

/**
 * Leaves a model, or everything behind a provider's account, alone after failures that `FAILURES` gives a cooldown: at
 * once where the upstream named a time or where asking again is useless (a refused key, an exhausted quota, a timeout),
 * else after `failures` in a row. Lasts for the time that the upstream named, or the kind's own, or `cooldownMs`.
 *
 * After that one call passes as a probe: its success ends the cooldown, its failure begins the next. While the probe is
 * in flight other calls are refused for a moment each, and a probe that takes longer than `cooldownMs` blocks no other call.
 *
 * A call that meets no cooldown and succeeds writes nothing, and reads the state of other processes once a second.
 */
export function cooldown(
  name: string,
  scope: 'model' | 'provider',
  options: CooldownOptions,
  cell: StateCell<CooldownState>,
): Cooldown {
  const { cooldownMs, startedAt } = options

  function freeAt(state: CooldownState, now: number): number {
    if (!state.isCoolingDown) return now
    if (now < state.until && !isFixable(state)) return state.until
    return now < state.probeUntil ? Math.min(state.probeUntil, now + PROBE_POLL_MS) : now
  }

  function isFixable({ cause }: CooldownState): boolean {
    return (
      startedAt !== undefined &&
      cause !== undefined &&
      cause.since < startedAt &&
      COOLDOWN_MS_BY_KIND[cause.kind] !== undefined
    )
  }

  /** `open`: there is no cooldown. A number: when to look again. */
  const tryProbe = (now: number): Promise<'open' | 'probe' | number> =>
    cell.update<'open' | 'probe' | number>((state) => {
      if (!state.isCoolingDown) return [state, 'open']
      const availableAt = freeAt(state, now)
      return availableAt > now ? [state, availableAt] : [{ ...state, probeUntil: now + cooldownMs }, 'probe']
    })

  return {
    name,
    freeAt: async (now) => freeAt(await cell.read(now, COOLDOWN_READ_AGE_MS), now),
    async cause(now) {
      const state = await cell.read(now, COOLDOWN_READ_AGE_MS)
      return freeAt(state, now) > now ? state.cause : undefined
    },
    lift: () => cell.update(() => [NO_COOLDOWN, undefined]),
    async reserve(_need, now) {
      const state = await cell.read(now, COOLDOWN_READ_AGE_MS)
      const availableAt = freeAt(state, now)
      const result = availableAt > now ? availableAt : state.isCoolingDown ? await tryProbe(now) : 'open'
      if (typeof result === 'number') {
        return { ok: false, freeAt: result, limitName: name, ...(state.cause && { cause: state.cause }) }
      }
      const isProbe = result === 'probe'
      return createReservation({
        async release() {
          if (isProbe) await cell.update((latest) => [{ ...latest, probeUntil: 0 }, undefined])
        },
        async settle({ error }, at) {
          const change = (before: CooldownState): CooldownState =>
            stateAfter(before, { failure: error?.failure, isProbe, at, scope, options })
          const before = await cell.read(at, COOLDOWN_READ_AGE_MS)
          if (change(before) === before) return
          await cell.update((latest) => [change(latest), undefined])
        },
      })
    },
  }
}

export interface CooldownState {
  readonly consecutiveFailures: number
  readonly isCoolingDown: boolean
  readonly until: number
  readonly probeUntil: number
  readonly cause?: CooldownCause
}

export const NO_COOLDOWN: CooldownState = { consecutiveFailures: 0, isCoolingDown: false, until: 0, probeUntil: 0 }

/** How old the known state of other processes may be: looking at it is free, and a cooldown lasts longer. */
const COOLDOWN_READ_AGE_MS = 1_000

/** When a call that met a probe may look again. */
const PROBE_POLL_MS = 1_000

/** Kinds that only a person can fix: a corrected key comes with another account, a paid bill does not come in a minute. */
const COOLDOWN_MS_BY_KIND: Partial<Record<FailureKind, number>> = { auth: 600_000, quota_exhausted: 600_000 }

/** The longest wait that is taken from an upstream. */
const MAX_COOLDOWN_MS = 86_400_000

/** The state after an attempt has ended. */
function stateAfter(
  before: CooldownState,
  attempt: {
    readonly failure: Failure | undefined
    readonly isProbe: boolean
    readonly at: number
    readonly scope: 'model' | 'provider'
    readonly options: CooldownOptions
  },
): CooldownState {
  const { failure, isProbe, at, scope, options } = attempt
  const state = isProbe ? { ...before, probeUntil: 0 } : before
  if (failure && isInconclusive(failure)) return state
  if (!failure || FAILURES[failure.kind].cooldown !== scope) {
    // Only the probe may end a cooldown, because a call that was sent before it began shows nothing about it.
    return isProbe || !state.isCoolingDown ? NO_COOLDOWN : state
  }
  const consecutiveFailures = state.consecutiveFailures + 1
  const upstreamWaitMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  const isImmediate = upstreamWaitMs !== undefined || !FAILURES[failure.kind].retry
  if (!isImmediate && consecutiveFailures < options.failures) return { ...state, consecutiveFailures }
  const kindMs = COOLDOWN_MS_BY_KIND[failure.kind]
  const durationMs = Math.min(upstreamWaitMs ?? kindMs ?? options.cooldownMs, MAX_COOLDOWN_MS)
  const until = Math.max(state.until, at + durationMs)
  return { ...state, consecutiveFailures, isCoolingDown: true, until, cause: { kind: failure.kind, since: at } }
}

/** The caller's own deadline or cancellation shows nothing about the model. */
function isInconclusive(failure: Failure): boolean {
  return failure.kind === 'cancelled' || (failure.kind === 'timeout' && failure.phase === 'total')
}
