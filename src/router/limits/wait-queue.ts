import type { QueueTicket } from '../../contract/limit.ts'

/**
 * The calls that wait for a limit, the longest waiting first. Each knows when to come back, and the demand of the calls
 * before it is kept for them, so that no call is overtaken or starved by smaller ones. A call that does not come back in
 * time (it gave up, was cancelled, or was killed) has left the queue.
 *
 * Between processes the order is that in which they reached the shared state.
 */
export type WaitQueue = readonly Waiter[]

interface Waiter {
  readonly id: string
  readonly take: number
  /** Until when it will wait, ms since the epoch. */
  readonly until: number
  /** When it is to come back, ms since the epoch. */
  readonly due: number
}

/** The queue without the calls that are overdue. */
export function dropExpired(queue: WaitQueue, now: number): WaitQueue {
  const isExpired = (waiter: Waiter): boolean => waiter.due + GRACE_MS < now
  return queue.some(isExpired) ? queue.filter((waiter) => !isExpired(waiter)) : queue
}

/** The demand of the calls ahead of this one; a new call has all of them ahead. */
export function demandAhead(queue: WaitQueue, ticket: QueueTicket | undefined): number {
  let sum = 0
  for (const { id, take } of queue) {
    if (id === ticket?.id) break
    sum += take
  }
  return sum
}

/** The queue with this call to come back at `due`: in its position, or at the end, or without it if `due` is too late. */
export function enqueue(queue: WaitQueue, ticket: QueueTicket | undefined, take: number, due: number): WaitQueue {
  if (!ticket) return queue
  const at = queue.findIndex(({ id }) => id === ticket.id)
  const until = queue[at]?.until ?? ticket.waitUntil
  if (due > until || (at < 0 && queue.length >= MAX_WAITING)) return dequeue(queue, ticket)
  const waiter = { id: ticket.id, take, until, due }
  return at < 0 ? [...queue, waiter] : queue.with(at, waiter)
}

export function dequeue(queue: WaitQueue, ticket: QueueTicket | undefined): WaitQueue {
  return ticket ? queue.filter(({ id }) => id !== ticket.id) : queue
}

/** How late a call may come back. */
const GRACE_MS = 1_000
/** New calls get no position beyond this, because a queue of thousands no longer moves. */
const MAX_WAITING = 1_000
