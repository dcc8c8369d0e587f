import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import type { World } from '../../contract/world.ts'

/** Brings to the disk what was committed to a write-ahead log, off the main thread: SQLite itself would stand still. */
export interface Flush {
  /** Resolves when what was committed before it was called may be confirmed. */
  done(): Promise<void>
  /** Flushes at once, and never again. */
  close(): void
}

const syncFile = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())))

/**
 * Confirms what is on the disk: a log committed with `synchronous = NORMAL` and then flushed is as safe as one committed
 * with `FULL`, which does the same within the commit. Whoever asks while a flush is under way shares the next.
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

  /** One that is under way may have begun too early; the one after it has not. */
  async function flushAfter(one: Promise<void>): Promise<void> {
    await one.catch(() => {}) // whoever waits for that one is told
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

/** What a machine that goes down may lose of a log that is flushed soon. */
const FLUSH_DELAY_MS = 100

/** Confirms at once and flushes a little later, once for all that came meanwhile. After one that failed nothing is confirmed. */
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

/** Of a database in memory, or one whose last moments may be lost. */
export const NO_FLUSH: Flush = { done: async () => {}, close() {} }

/**
 * The log as a file. It is opened once: SQLite keeps it, the same file, for as long as anyone has the database open, and
 * its locks are on other files.
 */
function openLog(path: string): { flush(): Promise<void>; close(): void } {
  const fd = openSync(path, 'r+')
  let running: Promise<void> | undefined
  let closed = false
  return {
    async flush() {
      if (closed) return // which flushed everything
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
        // One that is under way still uses the file.
        if (running) running.catch(() => {}).finally(() => closeSync(fd))
        else closeSync(fd)
      }
    },
  }
}
