import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import type { World } from '../../contract/world.ts'

/** Syncs the commits in a write-ahead log to the disk, off the main thread, because SQLite itself would block it. */
export interface Flush {
  /** Resolves when the commits before the call may be confirmed. */
  done(): Promise<void>
  /** Flushes at once, for the last time. */
  close(): void
}

const syncFile = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())))

/**
 * Confirms commits that are on the disk: a log committed with `synchronous = NORMAL` and then flushed is as safe as one
 * committed with `FULL`, which does the same within the commit. Calls during a flush share the next one.
 */
export function flushOnCommit(path: string): Flush {
  const log = openLog(path)
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined

  function run(): Promise<void> {
    running = log.flush().finally(() => {
      running = undefined
    })
    return running
  }

  /** A flush under way may have begun before the commit, so the commit needs the one after it. */
  async function flushAfter(one: Promise<void>): Promise<void> {
    await one.catch(() => {}) // its own callers get the error
    queued = undefined
    return run()
  }

  return {
    done() {
      if (!running) return run()
      queued ??= flushAfter(running)
      return queued
    },
    close: log.close,
  }
}

/** A machine that loses power loses at most the commits of this time. */
const FLUSH_DELAY_MS = 100

/** Confirms at once and flushes `FLUSH_DELAY_MS` later, once for all commits until then. After a failed flush it confirms nothing. */
export function flushAfterDelay(path: string, world: Pick<World, 'sleep'>): Flush {
  const log = openLog(path)
  const closed = new AbortController()
  let flushRequested = false
  let loopRunning = false
  let failure: { readonly error: unknown } | undefined

  async function runFlushLoop(): Promise<void> {
    loopRunning = true
    try {
      while (flushRequested) {
        await world.sleep(FLUSH_DELAY_MS, closed.signal)
        flushRequested = false
        await log.flush()
      }
    } catch (error) {
      if (!closed.signal.aborted) failure = { error }
    } finally {
      loopRunning = false
    }
  }

  return {
    async done() {
      if (failure) throw failure.error
      flushRequested = true
      if (!loopRunning) void runFlushLoop()
    },
    close() {
      closed.abort('closed')
      log.close()
    },
  }
}

/** For a database in memory, or one whose last commits may be lost. */
export const NO_FLUSH: Flush = { done: async () => {}, close() {} }

/**
 * The log as a file. It is opened once, because SQLite keeps the same file while any process has the database open, and
 * locks other files.
 */
function openLog(path: string): { flush(): Promise<void>; close(): void } {
  const fd = openSync(path, 'r+')
  let running: Promise<void> | undefined
  let closed = false
  return {
    async flush() {
      if (closed) return // close() has flushed everything
      const mine = syncFile(fd)
      running = mine
      await mine
    },
    close() {
      if (closed) return
      closed = true
      try {
        fdatasyncSync(fd)
      } finally {
        // A flush under way still uses the file.
        if (running) running.catch(() => {}).finally(() => closeSync(fd))
        else closeSync(fd)
      }
    },
  }
}
