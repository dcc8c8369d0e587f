import type { QueueTicket } from '../../contract/limit.ts'

/**
 * Who waits for a limit, the longest waiting first. A limit never calls anybody: each was told when to come back, and
 * what those before it want is kept for them, so that nobody is overtaken or starved by smaller wishes. Who does not
 * come back in time (it gave up, was cancelled, or was killed) has left.
 *
 * Between processes this is the order in which they reached the state that they share.
 */
export type WaitQueue = readonly Waiter[]

interface Waiter {
  readonly id: string
  readonly take: number
  /** How long it will wait. */
  readonly until: number
  /** When it was told to come back. */
  readonly due: number
}

/** Those who may still come back. */
export function dropExpired(queue: WaitQueue, now: number): WaitQueue {
  const isExpired = (waiter: Waiter): boolean => waiter.due + GRACE_MS < now
  return queue.some(isExpired) ? queue.filter((waiter) => !isExpired(waiter)) : queue
}

/** What those want who stand before this one; before somebody new stand all. */
export function demandAhead(queue: WaitQueue, ticket: QueueTicket | undefined): number {
  let sum = 0
  for (const { id, take } of queue) {
    if (id === ticket?.id) break
    sum += take
  }
  return sum
}

/** The line with this one told to come back at `due`: at its old place, or at the end; not at all if that is too late for it. */
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

/** How much later than told one may come back. */
const GRACE_MS = 1_000
/** Beyond this nobody new gets a place: a line of thousands is no longer one that moves. */
const MAX_WAITING = 1_000
