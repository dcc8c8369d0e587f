import type { World } from '../contract/world.ts'
import { isBusy, storeError } from './store-error.ts'

/** Runs one statement that takes nothing and gives nothing. */
type Run = (text: string) => unknown

/** Everything that `work` does happens, or nothing of it. `IMMEDIATE` has the file to itself from the start. */
export function transaction<T>(run: Run, begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
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

/** Does a work again, after a pause, for as long as another connection has the lock. Rejects with `StoreError`. */
export type Patiently = <T>(work: () => T) => Promise<T>

/** Tries for a lock before giving up: with the pauses between them, about 10 seconds. */
const MOST_TRIES = 100

export function patience(path: string, world: Pick<World, 'sleep' | 'random'>): Patiently {
  return async (work) => {
    for (let tries = 1; ; tries++) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || tries === MOST_TRIES) throw storeError(error, path)
      }
      await world.sleep(10 + world.random() * 80)
    }
  }
}
