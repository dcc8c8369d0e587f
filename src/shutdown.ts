import type { Generate } from './contract/generate.ts'
import type { Ledger } from './contract/ledger.ts'
import type { World } from './contract/world.ts'

/** A shutdown aborts calls as a cancel does, so that they are settled and not left to expire. */
export function untilShutdown(generate: Generate, shutdown: AbortSignal): Generate {
  return (request, call) => generate(request, { ...call, signal: AbortSignal.any([call.signal, shutdown]) })
}

/** The longest that a shutdown waits for calls to be settled; a hold that is still open then expires by itself. */
const SETTLE_TIMEOUT_MS = 5_000

/** Counts the ledger's open holds, those that are being opened included, so that a shutdown can wait for them. */
export function createHoldCounter(world: World): { count(ledger: Ledger): Ledger; allSettled(): Promise<void> } {
  let open = 0
  let onZero = (): void => {}
  const closeOne = (): void => {
    open--
    if (open === 0) onZero()
  }
  return {
    count: (ledger) => ({
      ...ledger,
      async hold(request) {
        open++
        const hold = await ledger.hold(request).catch((error: unknown) => {
          closeOne()
          throw error
        })
        if (!hold.ok) {
          closeOne()
          return hold
        }
        let counted = true
        const once = <T>(result: Promise<T>): Promise<T> =>
          result.finally(() => {
            if (counted) closeOne()
            counted = false
          })
        return { ...hold, settle: (entry) => once(hold.settle(entry)), release: () => once(hold.release()) }
      },
    }),
    async allSettled() {
      if (open === 0) return
      const timer = new AbortController()
      const zero = new Promise<void>((resolve) => {
        onZero = resolve
      })
      await Promise.race([zero, world.sleep(SETTLE_TIMEOUT_MS, timer.signal).catch(() => {})])
      timer.abort()
    },
  }
}
