import type { Limit } from '../../contract/limit.ts'
import type { World } from '../../contract/world.ts'
import { type Cell, GLANCE_MS } from './cell.ts'
import { ahead, type Line, left, present, queued } from './line.ts'
import { grant } from './once.ts'

/**
 * So many calls in flight at most. A call is in flight until its stream has ended. When a place frees is not known:
 * whoever is refused is told to look again soon, the next in line sooner.
 *
 * `shared`: the places are kept with other processes. Each process's own are its own for 15 s, and it says every 5 s
 * that they are still taken, so those of a process that was killed free themselves. (One that was asleep for longer, with
 * its machine, takes its places back when it wakes; nobody new gets in until there is room again.)
 */
export function concurrent(
  name: string,
  most: number,
  cell: Cell<Places>,
  shared?: Pick<World, 'id' | 'now' | 'sleep'>,
): Limit {
  const me = shared?.id() ?? 'me'
  const taken = (now: number): number => (shared ? now + LEASE_MS : Number.MAX_SAFE_INTEGER)
  let inFlight = 0
  let asleep: AbortController | undefined

  async function stayAlive(world: Pick<World, 'now' | 'sleep'>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.sleep(LEASE_MS / 3, signal)
      const now = world.now()
      await cell
        .change(now, (state) => [withMine(upTo(state, now), (mine) => mine || inFlight, now), undefined])
        .catch(() => {}) // the file is busy or gone: the next time is soon enough
    }
  }

  function entered(): void {
    inFlight++
    if (!shared || asleep) return
    asleep = new AbortController()
    stayAlive(shared, asleep.signal).catch(() => {}) // woken because there is nothing left to keep
  }

  async function leave(now: number): Promise<void> {
    inFlight--
    if (inFlight === 0) {
      asleep?.abort('empty')
      asleep = undefined
    }
    await cell.change(now, (state) => [withMine(upTo(state, now), (mine) => mine - 1, now), undefined])
  }

  function withMine({ holders, line }: Places, count: (mine: number) => number, now: number): Places {
    const calls = Math.max(0, count(holders[me]?.calls ?? 0))
    const { [me]: _, ...others } = holders
    const next = { holders: calls === 0 ? others : { ...others, [me]: { calls, until: taken(now) } }, line }
    return Object.keys(next.holders).length === 0 && line.length === 0 ? NOBODY : next
  }

  return {
    name,
    async reserve(_need, now, place) {
      const refusedUntil = await cell.change(now, (before) => {
        const state = upTo(before, now)
        const others = ahead(state.line, place)
        if (inside(state) + others < most) {
          return [withMine({ ...state, line: left(state.line, place) }, (mine) => mine + 1, now), undefined]
        }
        const freeAt = now + (place && others < most ? NEXT_MS : LOOK_AGAIN_MS)
        return [{ ...state, line: queued(state.line, place, 1, freeAt) }, freeAt]
      })
      if (refusedUntil !== undefined) return { ok: false, freeAt: refusedUntil }
      entered()
      return grant({ settle: (_, then) => leave(then), release: leave })
    },
    async freeAt(now) {
      const state = upTo(await cell.read(now, GLANCE_MS), now)
      return inside(state) + state.line.length < most ? now : now + LOOK_AGAIN_MS
    },
  }
}

/** Who is in, by process, and who waits. */
export interface Places {
  readonly holders: Readonly<Record<string, { readonly calls: number; readonly until: number }>>
  readonly line: Line
}

export const NOBODY: Places = { holders: {}, line: [] }

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
