import type { World } from '../../contract/world.ts'
import { isBusy, toStoreError } from './errors.ts'

/** Runs one statement without parameters or result. */
type RunStatement = (text: string) => unknown

/** Everything that `work` does happens, or nothing of it. `IMMEDIATE` locks out other writers from the start. */
export function runTransaction<T>(run: RunStatement, begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
  run(begin)
  try {
    const result = work()
    run('COMMIT')
    return result
  } catch (error) {
    try {
      run('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself.
    }
    throw error
  }
}

/** Retries `work` with a pause while another connection holds the lock. Rejects with `StoreError`. */
export type RetryWhileBusy = <T>(work: () => T) => Promise<T>

/** Tries for the lock: with the pauses between them, about 10 seconds. */
const MAX_TRIES = 100

export function createBusyRetry(path: string, world: Pick<World, 'sleep' | 'random'>): RetryWhileBusy {
  return async (work) => {
    for (let tries = 1; ; tries++) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || tries === MAX_TRIES) throw toStoreError(error, path)
      }
      await world.sleep(10 + world.random() * 80)
    }
  }
}
