import type { Limit, Outcome, QueueTicket, QuotaCost, ReservationResult } from '../../contract/limit.ts'
import type { World } from '../../contract/world.ts'
import { MAX_READ_AGE_MS, type StateCell } from './state-store.ts'

/** A limit as pure changes of a state. The state is plain JSON and may be shared between processes. */
export interface LimitAlgorithm<S> {
  /** For people, in errors and in `limits://status`. */
  readonly name: string
  /** The state of a limit that was never used. */
  readonly initial: S
  admit(state: S, cost: QuotaCost, now: number, ticket: QueueTicket | undefined): Admission<S>
  /** When a call of one request and one token would pass. */
  freeAt(state: S, now: number): number
  /** Extends the leases of this process's `calls` in flight. Called every `RENEW_INTERVAL_MS` while there are any. */
  renew?(state: S, now: number, calls: number): S
}

export type Admission<S> = Admitted<S> | Refused<S>

interface Admitted<S> {
  readonly ok: true
  readonly next: S
  /** The state after the call has ended; `release`: after it was not sent. */
  settle(state: S, outcome: Outcome, now: number): S
  release(state: S, now: number): S
}

interface Refused<S> {
  readonly ok: false
  readonly next: S
  readonly limitName: string
  /** Undefined: waiting does not help. */
  readonly freeAt: number | undefined
}

const RENEW_INTERVAL_MS = 5_000

/** A limit with its state in a cell. `shared`: other processes see the cell, so calls in flight are renewed there. */
export function createLimit<S>(
  rule: LimitAlgorithm<S>,
  cell: StateCell<S>,
  shared?: Pick<World, 'now' | 'sleep'>,
): Limit {
  let callsInFlight = 0
  let renewal: AbortController | undefined

  async function renew(world: Pick<World, 'now' | 'sleep'>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.sleep(RENEW_INTERVAL_MS, signal)
      const now = world.now()
      // A store that cannot be written now is tried again at the next renewal.
      await cell.update((state) => [rule.renew?.(state, now, callsInFlight) ?? state, undefined]).catch(() => {})
    }
  }

  function onAdmitted(): void {
    callsInFlight++
    if (!shared || !rule.renew || renewal) return
    renewal = new AbortController()
    renew(shared, renewal.signal).catch(() => {}) // rejects when the last call has ended
  }

  async function onEnded(after: (state: S) => S): Promise<void> {
    callsInFlight--
    if (callsInFlight === 0) {
      renewal?.abort('no calls in flight')
      renewal = undefined
    }
    await cell.update((state) => [after(state), undefined])
  }

  return {
    name: rule.name,
    async reserve(need, now, ticket) {
      const admission = await cell.update((state) => {
        const answer = rule.admit(state, need, now, ticket)
        return [answer.next, answer]
      })
      if (!admission.ok) return { ok: false, freeAt: admission.freeAt, limitName: admission.limitName }
      onAdmitted()
      return createReservation({
        settle: (outcome, then) => onEnded((state) => admission.settle(state, outcome, then)),
        release: (then) => onEnded((state) => admission.release(state, then)),
      })
    },
    freeAt: async (now) => rule.freeAt(await cell.read(now, MAX_READ_AGE_MS), now),
  }
}

/** A reservation of which only the first settle or release counts. */
export function createReservation(handlers: {
  settle(outcome: Outcome, now: number): Promise<void>
  release(now: number): Promise<void>
}): Extract<ReservationResult, { ok: true }> {
  let isOver = false
  const runOnce = async (act: () => Promise<void>): Promise<void> => {
    if (isOver) return
    isOver = true
    await act()
  }
  return {
    ok: true,
    settle: (outcome, now) => runOnce(() => handlers.settle(outcome, now)),
    release: (now) => runOnce(() => handlers.release(now)),
  }
}

type PartStates = Readonly<Record<string, unknown>>

/**
 * Several limits as one, each with its part of the state, so that a call passes all of them in one change: all or none,
 * in their order, and limits after the first that refuses are not asked.
 */
export function combineAlgorithms(
  name: string,
  rules: Readonly<Record<string, LimitAlgorithm<unknown>>>,
): LimitAlgorithm<PartStates> {
  const list = Object.entries(rules)
  const initial = Object.fromEntries(list.map(([key, rule]) => [key, rule.initial]))
  const partOf = (state: PartStates, key: string): unknown => (key in state ? state[key] : initial[key])
  const normalize = (state: PartStates): PartStates =>
    list.every(([key, rule]) => state[key] === rule.initial) ? initial : state
  return {
    name,
    initial,
    admit(state, need, now, ticket) {
      const admitted: (readonly [key: string, Admitted<unknown>])[] = []
      let next = state
      for (const [key, rule] of list) {
        const answer = rule.admit(partOf(next, key), need, now, ticket)
        next = { ...next, [key]: answer.next }
        if (answer.ok) admitted.push([key, answer])
        else return { ...answer, next: updateParts(next, admitted, (one, part) => one.release(part, now)) }
      }
      return {
        ok: true,
        next,
        settle: (state, outcome, then) => updateParts(state, admitted, (one, part) => one.settle(part, outcome, then)),
        release: (state, then) => updateParts(state, admitted, (one, part) => one.release(part, then)),
      }
    },
    freeAt: (state, now) => Math.max(now, ...list.map(([key, rule]) => rule.freeAt(partOf(state, key), now))),
    ...(list.some(([, rule]) => rule.renew) && { renew }),
  }

  function renew(state: PartStates, now: number, calls: number): PartStates {
    const parts = list.map(([key, rule]) => {
      const part = partOf(state, key)
      return [key, rule.renew?.(part, now, calls) ?? part]
    })
    return normalize(Object.fromEntries(parts))
  }

  function updateParts(
    state: PartStates,
    admitted: readonly (readonly [key: string, Admitted<unknown>])[],
    change: (one: Admitted<unknown>, part: unknown) => unknown,
  ): PartStates {
    return normalize({
      ...state,
      ...Object.fromEntries(admitted.map(([key, one]) => [key, change(one, partOf(state, key))])),
    })
  }
}
