import type { Place } from '../../contract/limit.ts'

/**
 * Who waits for a limit, the longest waiting first. A limit never calls anybody: each was told when to come back, and
 * what those before it want is kept for them, so that nobody is overtaken or starved by smaller wishes. Who does not
 * come back in time (it gave up, was cancelled, or was killed) has left.
 *
 * Between processes this is the order in which they reached the state that they share.
 */
export type Line = readonly Waiter[]

interface Waiter {
  readonly id: string
  readonly take: number
  /** How long it will wait. */
  readonly until: number
  /** When it was told to come back. */
  readonly due: number
}

/** Those who may still come back. */
export function present(line: Line, now: number): Line {
  const gone = (waiter: Waiter): boolean => waiter.due + LATE_MS < now
  return line.some(gone) ? line.filter((waiter) => !gone(waiter)) : line
}

/** What those want who stand before this one; before somebody new stand all. */
export function ahead(line: Line, place: Place | undefined): number {
  let sum = 0
  for (const { id, take } of line) {
    if (id === place?.id) break
    sum += take
  }
  return sum
}

/** The line with this one told to come back at `due`: at its old place, or at the end; not at all if that is too late for it. */
export function queued(line: Line, place: Place | undefined, take: number, due: number): Line {
  if (!place) return line
  const at = line.findIndex(({ id }) => id === place.id)
  const until = line[at]?.until ?? place.until
  if (due > until || (at < 0 && line.length >= MOST_WAITING)) return left(line, place)
  const waiter = { id: place.id, take, until, due }
  return at < 0 ? [...line, waiter] : line.with(at, waiter)
}

export function left(line: Line, place: Place | undefined): Line {
  return place ? line.filter(({ id }) => id !== place.id) : line
}

/** How much later than told one may come back. */
const LATE_MS = 1_000
/** Beyond this nobody new gets a place: a line of thousands is no longer one that moves. */
const MOST_WAITING = 1_000
