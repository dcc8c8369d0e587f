import type { Limit, Need } from '../../contract/limit.ts'
import { grant } from './once.ts'

/**
 * A token bucket over one thing that a call takes: `perMinute` on average, all of it at once at most. What a call took
 * beyond its guess is owed by the next ones.
 */
export function rate(name: string, of: keyof Need, perMinute: number): Limit {
  const perMs = perMinute / 60_000
  // Sums of fractions: what is due at a moment may be a hair short of whole then.
  const HAIR = 1e-6
  let left = perMinute
  let at = Number.NEGATIVE_INFINITY
  const advance = (now: number): void => {
    // A clock that is set back gives nothing, and time goes on from there.
    left = Math.min(perMinute, left + Math.max(0, now - at) * perMs)
    at = now
  }
  const freeFor = (take: number, now: number): number =>
    take <= left + HAIR ? now : Math.ceil(now + (take - left) / perMs)

  return {
    name,
    reserve(need, now) {
      advance(now)
      const take = need[of]
      if (take > perMinute) return { ok: false, freeAt: undefined }
      if (take > left + HAIR) return { ok: false, freeAt: freeFor(take, now) }
      left -= take
      return grant({
        settle({ used }, then) {
          advance(then)
          left = Math.min(perMinute, left + take - used[of])
        },
        release(then) {
          advance(then)
          left = Math.min(perMinute, left + take)
        },
      })
    },
    freeAt(now) {
      advance(now)
      return freeFor(1, now)
    },
  }
}
