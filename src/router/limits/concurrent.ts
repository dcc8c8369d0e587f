import type { Limit } from '../../contract/limit.ts'
import { grant } from './once.ts'

/** When a call that found every place taken may look again: no one knows when the next one ends. */
const LOOK_AGAIN_MS = 250

/** So many calls in flight at most. A call is in flight until its stream has ended. */
export function concurrent(name: string, most: number): Limit {
  let inFlight = 0
  const leave = (): void => {
    inFlight--
  }
  const freeAt = (now: number): number => (inFlight < most ? now : now + LOOK_AGAIN_MS)

  return {
    name,
    reserve(_need, now) {
      if (inFlight >= most) return { ok: false, freeAt: freeAt(now) }
      inFlight++
      return grant({ settle: leave, release: leave })
    },
    freeAt,
  }
}
