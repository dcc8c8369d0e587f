import { ahead, type Line, left, present, queued } from './line.ts'
import type { Rule } from './rule.ts'

/**
 * So many calls in flight at most. A call is in flight until its stream has ended. When a place frees is not known:
 * whoever is refused is told to look again soon, the next in line sooner.
 *
 * With `me`, the name of this process, the places are kept with other processes. Each process's own are its own for
 * 15 s, and renewed meanwhile, so those of a process that was killed free themselves. (One that was asleep for longer, with
 * its machine, takes its places back when it wakes; nobody new gets in until there is room again.)
 */
export function concurrent(name: string, most: number, me?: string): Rule<Places> {
  const mine = me ?? 'me'
  const taken = (now: number): number => (me === undefined ? Number.MAX_SAFE_INTEGER : now + LEASE_MS)

  function withMine({ holders, line }: Places, count: (calls: number) => number, now: number): Places {
    const calls = Math.max(0, count(holders[mine]?.calls ?? 0))
    const { [mine]: _, ...others } = holders
    const next = { holders: calls === 0 ? others : { ...others, [mine]: { calls, until: taken(now) } }, line }
    return Object.keys(next.holders).length === 0 && line.length === 0 ? NOBODY : next
  }
  const gone = (state: Places, now: number): Places => withMine(upTo(state, now), (calls) => calls - 1, now)

  return {
    name,
    fresh: NOBODY,
    enter(before, _need, now, place) {
      const state = upTo(before, now)
      const others = ahead(state.line, place)
      if (inside(state) + others >= most) {
        const freeAt = now + (place && others < most ? NEXT_MS : LOOK_AGAIN_MS)
        return { ok: false, next: { ...state, line: queued(state.line, place, 1, freeAt) }, by: name, freeAt }
      }
      return {
        ok: true,
        next: withMine({ ...state, line: left(state.line, place) }, (calls) => calls + 1, now),
        settle: (later, _outcome, then) => gone(later, then),
        release: gone,
      }
    },
    freeAt(before, now) {
      const state = upTo(before, now)
      return inside(state) + state.line.length < most ? now : now + LOOK_AGAIN_MS
    },
    renew: (state, now, calls) => withMine(upTo(state, now), (before) => before || calls, now),
  }
}

/** Who is in, by process, and who waits. */
export interface Places {
  readonly holders: Readonly<Record<string, { readonly calls: number; readonly until: number }>>
  readonly line: Line
}

const NOBODY: Places = { holders: {}, line: [] }

/** How long a process that was not heard of keeps its places. */
const LEASE_MS = 15_000
/** When to look again: one that may be let in next, and everybody else. */
const NEXT_MS = 50
const LOOK_AGAIN_MS = 250

function upTo({ holders, line }: Places, now: number): Places {
  const lapsed = Object.values(holders).some(({ until }) => until <= now)
  const kept = lapsed ? Object.fromEntries(Object.entries(holders).filter(([, { until }]) => until > now)) : holders
  return { holders: kept, line: present(line, now) }
}

function inside({ holders }: Places): number {
  return Object.values(holders).reduce((sum, { calls }) => sum + calls, 0)
}
