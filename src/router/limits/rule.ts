import type { Limit, Need, Outcome, Place } from '../../contract/limit.ts'
import type { World } from '../../contract/world.ts'
import { type Cell, GLANCE_MS } from './cell.ts'
import { grant } from './once.ts'

/** A limit as pure changes of a state, which is plain JSON and may be written down for others: no clock, no waiting. */
export interface Rule<S> {
  /** As people see it in errors and in `limits://status`. */
  readonly name: string
  /** The state of a limit of which nothing is known. */
  readonly fresh: S
  enter(state: S, need: Need, now: number, place: Place | undefined): Entered<S>
  /** When a call of one request and one token would be let through. */
  freeAt(state: S, now: number): number
  /** Says that `calls` of this process are still under way. Done every `RENEW_MS` while there are any. */
  renew?(state: S, now: number, calls: number): S
}

export type Entered<S> = Admitted<S> | Refused<S>

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
  readonly by: string
  /** Undefined: waiting will not help. */
  readonly freeAt: number | undefined
}

const RENEW_MS = 5_000

/** A rule with its state in a cell; with `shared`, where others see it too, what is under way is renewed. */
export function limitOf<S>(rule: Rule<S>, cell: Cell<S>, shared?: Pick<World, 'now' | 'sleep'>): Limit {
  let calls = 0
  let renewing: AbortController | undefined

  async function renew(world: Pick<World, 'now' | 'sleep'>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.sleep(RENEW_MS, signal)
      const now = world.now()
      // A file that is busy or gone: the next time is soon enough.
      await cell.change((state) => [rule.renew?.(state, now, calls) ?? state, undefined]).catch(() => {})
    }
  }

  function came(): void {
    calls++
    if (!shared || !rule.renew || renewing) return
    renewing = new AbortController()
    renew(shared, renewing.signal).catch(() => {}) // woken because there is nothing left to renew
  }

  async function left(after: (state: S) => S): Promise<void> {
    calls--
    if (calls === 0) {
      renewing?.abort('nothing left')
      renewing = undefined
    }
    await cell.change((state) => [after(state), undefined])
  }

  return {
    name: rule.name,
    async reserve(need, now, place) {
      const entered = await cell.change((state) => {
        const answer = rule.enter(state, need, now, place)
        return [answer.next, answer]
      })
      if (!entered.ok) return { ok: false, freeAt: entered.freeAt, by: entered.by }
      came()
      return grant({
        settle: (outcome, then) => left((state) => entered.settle(state, outcome, then)),
        release: (then) => left((state) => entered.release(state, then)),
      })
    },
    freeAt: async (now) => rule.freeAt(await cell.read(now, GLANCE_MS), now),
  }
}

type Parts = Readonly<Record<string, unknown>>

/**
 * Several rules as one, each with its part of the state, so that a call passes all of them in one change: it enters all
 * or none, in their order, and those after the first that refuses do not hear of it.
 */
export function allOf(name: string, rules: Readonly<Record<string, Rule<unknown>>>): Rule<Parts> {
  const list = Object.entries(rules)
  const fresh = Object.fromEntries(list.map(([key, rule]) => [key, rule.fresh]))
  const partOf = (state: Parts, key: string): unknown => (key in state ? state[key] : fresh[key])
  const whole = (state: Parts): Parts => (list.every(([key, rule]) => state[key] === rule.fresh) ? fresh : state)
  return {
    name,
    fresh,
    enter(state, need, now, place) {
      const inside: (readonly [key: string, Admitted<unknown>])[] = []
      let next = state
      for (const [key, rule] of list) {
        const answer = rule.enter(partOf(next, key), need, now, place)
        next = { ...next, [key]: answer.next }
        if (answer.ok) inside.push([key, answer])
        else return { ...answer, next: after(next, inside, (one, part) => one.release(part, now)) }
      }
      return {
        ok: true,
        next,
        settle: (state, outcome, then) => after(state, inside, (one, part) => one.settle(part, outcome, then)),
        release: (state, then) => after(state, inside, (one, part) => one.release(part, then)),
      }
    },
    freeAt: (state, now) => Math.max(now, ...list.map(([key, rule]) => rule.freeAt(partOf(state, key), now))),
    ...(list.some(([, rule]) => rule.renew) && { renew }),
  }

  function renew(state: Parts, now: number, calls: number): Parts {
    const parts = list.map(([key, rule]) => {
      const part = partOf(state, key)
      return [key, rule.renew?.(part, now, calls) ?? part]
    })
    return whole(Object.fromEntries(parts))
  }

  function after(
    state: Parts,
    inside: readonly (readonly [key: string, Admitted<unknown>])[],
    change: (one: Admitted<unknown>, part: unknown) => unknown,
  ): Parts {
    return whole({
      ...state,
      ...Object.fromEntries(inside.map(([key, one]) => [key, change(one, partOf(state, key))])),
    })
  }
}
