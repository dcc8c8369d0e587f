import type { Limit, Outcome, QueueTicket, QuotaCost } from '../../contract/limit.ts'
import type { World } from '../../contract/world.ts'
import { createReservation } from './grant.ts'
import { MAX_READ_AGE_MS, type StateCell } from './state-store.ts'

/** A limit as pure changes of a state, which is plain JSON and may be written down for others: no clock, no waiting. */
export interface LimitAlgorithm<S> {
  /** As people see it in errors and in `limits://status`. */
  readonly name: string
  /** The state of a limit of which nothing is known. */
  readonly initial: S
  admit(state: S, cost: QuotaCost, now: number, ticket: QueueTicket | undefined): Admission<S>
  /** When a call of one request and one token would be let through. */
  freeAt(state: S, now: number): number
  /** Says that `calls` of this process are still under way. Done every `RENEW_MS` while there are any. */
  renew?(state: S, now: number, calls: number): S
}

export type Admission<S> = Admitted<S> | Refused<S>

interface Admitted<S> {
  readonly ok: true
  readonly next: S
  /** The states after the call has ended, or has not gone out after all. */
  settle(state: S, outcome: Outcome, now: number): S
  release(state: S, now: number): S
}

interface Refused<S> {
  readonly ok: false
  readonly next: S
  readonly limitName: string
  /** Undefined: waiting will not help. */
  readonly freeAt: number | undefined
}

const RENEW_INTERVAL_MS = 5_000

/** A rule with its state in a cell; with `shared`, where others see it too, what is under way is renewed. */
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
      // A file that is busy or gone: the next time is soon enough.
      await cell.update((state) => [rule.renew?.(state, now, callsInFlight) ?? state, undefined]).catch(() => {})
    }
  }

  function onAdmitted(): void {
    callsInFlight++
    if (!shared || !rule.renew || renewal) return
    renewal = new AbortController()
    renew(shared, renewal.signal).catch(() => {}) // woken because there is nothing left to renew
  }

  async function onEnded(after: (state: S) => S): Promise<void> {
    callsInFlight--
    if (callsInFlight === 0) {
      renewal?.abort('nothing left')
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

type PartStates = Readonly<Record<string, unknown>>

/**
 * Several rules as one, each with its part of the state, so that a call passes all of them in one change: it enters all
 * or none, in their order, and those after the first that refuses do not hear of it.
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
