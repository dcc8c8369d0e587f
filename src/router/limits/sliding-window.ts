import type { QuotaCost } from '../../contract/limit.ts'
import type { LimitAlgorithm } from './rule.ts'
import { demandAhead, dequeue, dropExpired, enqueue, type WaitQueue } from './wait-queue.ts'

/**
 * At most `most` requests or tokens in any stretch of `windowMs`, as the upstream counts them: a log of amounts, each of
 * which counts until a whole window after its arrival. A token bucket of the same size would let through up to twice as
 * much in a window that begins with the bucket full.
 *
 * The arrival of a request in flight is not known: it counts as `windowMs`, at most 10 s, after it was let through, and
 * once it is settled as `arrivedBy`. Use beyond the estimate counts too, so later calls wait for it. The log has spans of
 * a sixtieth of the window, each counted to its end, so it stays short and errs on the safe side.
 */
export function slidingWindow(
  name: string,
  {
    of: resource,
    most: max,
    windowMs,
  }: { readonly of: keyof QuotaCost; readonly most: number; readonly windowMs: number },
): LimitAlgorithm<WindowState> {
  const spanMs = Math.max(1, Math.round(windowMs / SPANS_PER_WINDOW))
  const transitMs = Math.min(windowMs, MAX_TRANSIT_MS)
  /** When an amount that arrived at `at` no longer counts. */
  const spanEnd = (at: number): number => (Math.floor(at / spanMs) + 1) * spanMs + windowMs

  return {
    name,
    initial: EMPTY_STATE,
    admit(before, need, now, ticket) {
      const take = need[resource]
      if (take > max) return { ok: false, next: before, limitName: name, freeAt: undefined }
      const state = advanceTo(before, now, windowMs)
      const freeAt = earliestFit(state, take + demandAhead(state.queue, ticket), { most: max, windowMs, now })
      if (freeAt > now) {
        return {
          ok: false,
          next: { ...state, queue: enqueue(state.queue, ticket, take, freeAt) },
          limitName: name,
          freeAt,
        }
      }
      const end = spanEnd(now + transitMs)
      const replaceEstimate = (later: WindowState, then: number, add: (spans: Spans) => Spans): WindowState => {
        const latest = advanceTo(later, then, windowMs)
        return { ...latest, spans: add(addToSpan(latest.spans, end, -take)) }
      }
      return {
        ok: true,
        next: { ...state, spans: addToSpan(state.spans, end, take), queue: dequeue(state.queue, ticket) },
        settle: (later, { used, arrivedBy }, then) =>
          replaceEstimate(later, then, (spans) => addToSpan(spans, spanEnd(arrivedBy ?? then), used[resource])),
        release: (later, then) => replaceEstimate(later, then, (spans) => spans),
      }
    },
    freeAt(before, now) {
      const state = advanceTo(before, now, windowMs)
      return earliestFit(state, 1 + demandAhead(state.queue, undefined), { most: max, windowMs, now })
    },
  }
}

/** Amounts that still count, and the waiting calls. */
export interface WindowState {
  /** The latest moment seen. */
  readonly at: number
  readonly spans: Spans
  readonly queue: WaitQueue
}

const EMPTY_STATE: WindowState = { at: Number.MIN_SAFE_INTEGER, spans: [], queue: [] }

/** Amounts, and when each no longer counts; the soonest first. */
type Spans = readonly (readonly [end: number, amount: number])[]

const SPANS_PER_WINDOW = 60
/** A request that reaches its upstream later is counted too early; connecting is given up not much later. */
const MAX_TRANSIT_MS = 10_000

function advanceTo(state: WindowState, now: number, windowMs: number): WindowState {
  // After a clock was set back by more than a window, amounts keep counting for their rest of the window.
  const back = now < state.at - windowMs ? state.at - now : 0
  const moved = back === 0 ? state : { ...state, ...shiftClock(state, back) }
  const firstLive = moved.spans.findIndex(([end]) => end > now)
  return {
    at: back === 0 ? Math.max(state.at, now) : now,
    spans: firstLive === 0 ? moved.spans : moved.spans.slice(firstLive < 0 ? moved.spans.length : firstLive),
    queue: dropExpired(moved.queue, now),
  }
}

function shiftClock({ spans, queue }: WindowState, back: number): Pick<WindowState, 'spans' | 'queue'> {
  return {
    spans: spans.map(([end, amount]) => [end - back, amount]),
    queue: queue.map((waiter) => ({ ...waiter, until: waiter.until - back, due: waiter.due - back })),
  }
}

/** When `wanted` more fits. A queue that wants more than one window holds takes as many whole windows longer. */
function earliestFit(
  { spans }: WindowState,
  wanted: number,
  { most: max, windowMs, now }: { readonly most: number; readonly windowMs: number; readonly now: number },
): number {
  const windows = Math.max(0, Math.ceil(wanted / max) - 1)
  let excess = spans.reduce((sum, [, amount]) => sum + amount, wanted - windows * max - max)
  let at = now
  for (const [end, amount] of spans) {
    if (excess <= 0) break
    excess -= amount
    at = end
  }
  return at + windows * windowMs
}

function addToSpan(spans: Spans, end: number, amount: number): Spans {
  const at = spans.findIndex(([other]) => other >= end)
  const here = spans[at]
  if (here?.[0] === end) {
    const sum = here[1] + amount
    return sum > 0 ? spans.with(at, [end, sum]) : spans.toSpliced(at, 1)
  }
  if (amount <= 0) return spans // the amount to take back no longer counts
  return spans.toSpliced(at < 0 ? spans.length : at, 0, [end, amount])
}
