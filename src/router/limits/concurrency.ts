import type { LimitAlgorithm } from './rule.ts'
import { demandAhead, dequeue, dropExpired, enqueue, type WaitQueue } from './wait-queue.ts'

/**
 * At most `maxCalls` in flight. A call is in flight until its stream has ended, which cannot be foreseen: a refused call
 * may look again soon, the next in the queue sooner.
 *
 * `processId`: the slots are shared with other processes. Each process leases its slots for 15 s and renews them while
 * calls run, so the slots of a killed process are released automatically. A process that slept for longer, with its
 * machine, takes its slots back when it wakes, and no new call passes until there is room again.
 */
export function concurrency(name: string, maxCalls: number, processId?: string): LimitAlgorithm<ConcurrencyState> {
  const ownerId = processId ?? 'me'
  const leaseEnd = (now: number): number => (processId === undefined ? Number.MAX_SAFE_INTEGER : now + LEASE_MS)

  function updateOwnLease(
    { holders, queue }: ConcurrencyState,
    count: (calls: number) => number,
    now: number,
  ): ConcurrencyState {
    const calls = Math.max(0, count(holders[ownerId]?.calls ?? 0))
    const { [ownerId]: _, ...others } = holders
    const next = { holders: calls === 0 ? others : { ...others, [ownerId]: { calls, until: leaseEnd(now) } }, queue }
    return Object.keys(next.holders).length === 0 && queue.length === 0 ? EMPTY_STATE : next
  }
  const endCall = (state: ConcurrencyState, now: number): ConcurrencyState =>
    updateOwnLease(advanceTo(state, now), (calls) => calls - 1, now)

  return {
    name,
    initial: EMPTY_STATE,
    admit(before, _need, now, ticket) {
      const state = advanceTo(before, now)
      const demandBefore = demandAhead(state.queue, ticket)
      if (callsInFlight(state) + demandBefore >= maxCalls) {
        const freeAt = now + (ticket && demandBefore < maxCalls ? NEXT_POLL_MS : POLL_MS)
        return {
          ok: false,
          next: { ...state, queue: enqueue(state.queue, ticket, 1, freeAt) },
          limitName: name,
          freeAt,
        }
      }
      return {
        ok: true,
        next: updateOwnLease({ ...state, queue: dequeue(state.queue, ticket) }, (calls) => calls + 1, now),
        settle: (later, _outcome, then) => endCall(later, then),
        release: endCall,
      }
    },
    freeAt(before, now) {
      const state = advanceTo(before, now)
      return callsInFlight(state) + state.queue.length < maxCalls ? now : now + POLL_MS
    },
    renew: (state, now, calls) => updateOwnLease(advanceTo(state, now), (before) => before || calls, now),
  }
}

/** Calls in flight by process, and the waiting ones. */
export interface ConcurrencyState {
  readonly holders: Readonly<Record<string, { readonly calls: number; readonly until: number }>>
  readonly queue: WaitQueue
}

const EMPTY_STATE: ConcurrencyState = { holders: {}, queue: [] }

/** How long a process keeps its slots without renewing them. */
const LEASE_MS = 15_000
/** When to look again: the next call in the queue, and all others. */
const NEXT_POLL_MS = 50
const POLL_MS = 250

function advanceTo({ holders, queue }: ConcurrencyState, now: number): ConcurrencyState {
  const hasExpired = Object.values(holders).some(({ until }) => until <= now)
  const live = hasExpired ? Object.fromEntries(Object.entries(holders).filter(([, { until }]) => until > now)) : holders
  return { holders: live, queue: dropExpired(queue, now) }
}

function callsInFlight({ holders }: ConcurrencyState): number {
  return Object.values(holders).reduce((sum, { calls }) => sum + calls, 0)
}
