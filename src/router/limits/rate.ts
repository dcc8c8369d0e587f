import type { Need } from '../../contract/limit.ts'
import { ahead, type Line, left, present, queued } from './line.ts'
import type { Rule } from './rule.ts'

/**
 * At most `most` of one thing that calls take, in any stretch of `windowMs`, as the upstream counts: a log of what was
 * taken, each part of it counted until a whole window after the upstream surely had it. (A token bucket of the same
 * size lets through up to twice as much in a window that begins with it full.)
 *
 * When a request arrives is not known while it is under way: it counts as if it came `windowMs`, at most 10 s, after it
 * was let go, and once it is settled as of `arrivedBy`. What a call took beyond its guess counts too, so the next ones
 * wait for it. The log is kept in spans of a sixtieth of the window, each counted to its end, so it stays short and errs
 * to the safe side.
 */
export function rate(
  name: string,
  { of, most, windowMs }: { readonly of: keyof Need; readonly most: number; readonly windowMs: number },
): Rule<Taken> {
  const spanMs = Math.max(1, Math.round(windowMs / SPANS))
  const underWayMs = Math.min(windowMs, LONGEST_WAY_MS)
  /** When something that arrived at `at` no longer counts. */
  const endOf = (at: number): number => (Math.floor(at / spanMs) + 1) * spanMs + windowMs

  return {
    name,
    fresh: NOTHING_TAKEN,
    enter(before, need, now, place) {
      const take = need[of]
      if (take > most) return { ok: false, next: before, by: name, freeAt: undefined }
      const state = upTo(before, now, windowMs)
      const freeAt = fitsAt(state, take + ahead(state.line, place), { most, windowMs, now })
      if (freeAt > now) {
        return { ok: false, next: { ...state, line: queued(state.line, place, take, freeAt) }, by: name, freeAt }
      }
      const end = endOf(now + underWayMs)
      const corrected = (later: Taken, then: number, add: (spans: Spans) => Spans): Taken => {
        const latest = upTo(later, then, windowMs)
        return { ...latest, spans: add(plus(latest.spans, end, -take)) }
      }
      return {
        ok: true,
        next: { ...state, spans: plus(state.spans, end, take), line: left(state.line, place) },
        settle: (later, { used, arrivedBy }, then) =>
          corrected(later, then, (spans) => plus(spans, endOf(arrivedBy ?? then), used[of])),
        release: (later, then) => corrected(later, then, (spans) => spans),
      }
    },
    freeAt(before, now) {
      const state = upTo(before, now, windowMs)
      return fitsAt(state, 1 + ahead(state.line, undefined), { most, windowMs, now })
    },
  }
}

/** What was taken and still counts, and who waits for more. */
export interface Taken {
  /** The latest moment seen. */
  readonly at: number
  readonly spans: Spans
  readonly line: Line
}

const NOTHING_TAKEN: Taken = { at: Number.MIN_SAFE_INTEGER, spans: [], line: [] }

/** Amounts, and when each no longer counts; the soonest first. */
type Spans = readonly (readonly [end: number, amount: number])[]

const SPANS = 60
/** A request that has not reached its upstream by then is counted too early: connecting is given up not much later. */
const LONGEST_WAY_MS = 10_000

function upTo(state: Taken, now: number, windowMs: number): Taken {
  // A clock that was set back by more than a window: what counted goes on counting, from the new time on.
  const back = now < state.at - windowMs ? state.at - now : 0
  const moved = back === 0 ? state : { ...state, ...shifted(state, back) }
  const gone = moved.spans.findIndex(([end]) => end > now)
  return {
    at: back === 0 ? Math.max(state.at, now) : now,
    spans: gone === 0 ? moved.spans : moved.spans.slice(gone < 0 ? moved.spans.length : gone),
    line: present(moved.line, now),
  }
}

function shifted({ spans, line }: Taken, back: number): Pick<Taken, 'spans' | 'line'> {
  return {
    spans: spans.map(([end, amount]) => [end - back, amount]),
    line: line.map((waiter) => ({ ...waiter, until: waiter.until - back, due: waiter.due - back })),
  }
}

/** When so much more fits. A line that wants more than a window's worth takes as many whole windows longer. */
function fitsAt(
  { spans }: Taken,
  wanted: number,
  { most, windowMs, now }: { readonly most: number; readonly windowMs: number; readonly now: number },
): number {
  const windows = Math.max(0, Math.ceil(wanted / most) - 1)
  let over = spans.reduce((sum, [, amount]) => sum + amount, wanted - windows * most - most)
  let at = now
  for (const [end, amount] of spans) {
    if (over <= 0) break
    over -= amount
    at = end
  }
  return at + windows * windowMs
}

function plus(spans: Spans, end: number, amount: number): Spans {
  const at = spans.findIndex(([other]) => other >= end)
  const here = spans[at]
  if (here?.[0] === end) {
    const sum = here[1] + amount
    return sum > 0 ? spans.with(at, [end, sum]) : spans.toSpliced(at, 1)
  }
  if (amount <= 0) return spans // what is taken back no longer counts anyway
  return spans.toSpliced(at < 0 ? spans.length : at, 0, [end, amount])
}
