import type { LimitAlgorithm } from './rule.ts'
import { demandAhead, dequeue, dropExpired, enqueue, type WaitQueue } from './wait-queue.ts'

/**
 * So many calls in flight at most. A call is in flight until its stream has ended. When a place frees is not known:
 * whoever is refused is told to look again soon, the next in line sooner.
 *
 * With `me`, the name of this process, the places are kept with other processes. Each process's own are its own for
 * 15 s, and renewed meanwhile, so those of a process that was killed free themselves. (One that was asleep for longer, with
 * its machine, takes its places back when it wakes; nobody new gets in until there is room again.)
 */
export function concurrency(name: string, maxCalls: number, processId?: string): LimitAlgorithm<ConcurrencyState> {
  const ownerId = processId ?? 'me'
  const leaseEnd = (now: number): number => (processId === undefined ? Number.MAX_SAFE_INTEGER : now + LEASE_MS)

  function updateOwnLease(
    { holders, line }: ConcurrencyState,
    count: (calls: number) => number,
    now: number,
  ): ConcurrencyState {
    const calls = Math.max(0, count(holders[ownerId]?.calls ?? 0))
    const { [ownerId]: _, ...others } = holders
    const next = { holders: calls === 0 ? others : { ...others, [ownerId]: { calls, until: leaseEnd(now) } }, line }
    return Object.keys(next.holders).length === 0 && line.length === 0 ? EMPTY_STATE : next
  }
  const endCall = (state: ConcurrencyState, now: number): ConcurrencyState =>
    updateOwnLease(advanceTo(state, now), (calls) => calls - 1, now)

  return {
    name,
    initial: EMPTY_STATE,
    admit(before, _need, now, ticket) {
      const state = advanceTo(before, now)
      const demandBefore = demandAhead(state.line, ticket)
      if (callsInFlight(state) + demandBefore >= maxCalls) {
        const freeAt = now + (ticket && demandBefore < maxCalls ? NEXT_POLL_MS : POLL_MS)
        return { ok: false, next: { ...state, line: enqueue(state.line, ticket, 1, freeAt) }, limitName: name, freeAt }
      }
      return {
        ok: true,
        next: updateOwnLease({ ...state, line: dequeue(state.line, ticket) }, (calls) => calls + 1, now),
        settle: (later, _outcome, then) => endCall(later, then),
        release: endCall,
      }
    },
    freeAt(before, now) {
      const state = advanceTo(before, now)
      return callsInFlight(state) + state.line.length < maxCalls ? now : now + POLL_MS
    },
    renew: (state, now, calls) => updateOwnLease(advanceTo(state, now), (before) => before || calls, now),
  }
}

/** Who is in, by process, and who waits. */
export interface ConcurrencyState {
  readonly holders: Readonly<Record<string, { readonly calls: number; readonly until: number }>>
  readonly line: WaitQueue
}

const EMPTY_STATE: ConcurrencyState = { holders: {}, line: [] }

/** How long a process that was not heard of keeps its places. */
const LEASE_MS = 15_000
/** When to look again: one that may be let in next, and everybody else. */
const NEXT_POLL_MS = 50
const POLL_MS = 250

function advanceTo({ holders, line }: ConcurrencyState, now: number): ConcurrencyState {
  const hasExpired = Object.values(holders).some(({ until }) => until <= now)
  const live = hasExpired ? Object.fromEntries(Object.entries(holders).filter(([, { until }]) => until > now)) : holders
  return { holders: live, line: dropExpired(line, now) }
}

function callsInFlight({ holders }: ConcurrencyState): number {
  return Object.values(holders).reduce((sum, { calls }) => sum + calls, 0)
}
