import type { Grant, Outcome } from '../../contract/limit.ts'

/** A grant of which only the first settle or release counts. */
export function grant(on: {
  settle(outcome: Outcome, now: number): Promise<void>
  release(now: number): Promise<void>
}): Extract<Grant, { ok: true }> {
  let over = false
  const first = async (act: () => Promise<void>): Promise<void> => {
    if (over) return
    over = true
    await act()
  }
  return {
    ok: true,
    settle: (outcome, now) => first(() => on.settle(outcome, now)),
    release: (now) => first(() => on.release(now)),
  }
}
