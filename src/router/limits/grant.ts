import type { Outcome, ReservationResult } from '../../contract/limit.ts'

/** A grant of which only the first settle or release counts. */
export function createReservation(handlers: {
  settle(outcome: Outcome, now: number): Promise<void>
  release(now: number): Promise<void>
}): Extract<ReservationResult, { ok: true }> {
  let over = false
  const runOnce = async (act: () => Promise<void>): Promise<void> => {
    if (over) return
    over = true
    await act()
  }
  return {
    ok: true,
    settle: (outcome, now) => runOnce(() => handlers.settle(outcome, now)),
    release: (now) => runOnce(() => handlers.release(now)),
  }
}
