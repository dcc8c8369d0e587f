import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'

/** Brings to the disk what was committed to a write-ahead log, off the main thread: SQLite itself would stand still. */
export interface Flush {
  /** Resolves when all that was committed before it was called is on the disk. Whoever asks meanwhile shares the next. */
  done(): Promise<void>
  /** The same at once, and never again. */
  close(): void
}

const sync = promisify(fdatasync)

/**
 * A log committed with `synchronous = NORMAL` and then flushed is as safe as one committed with `FULL`, which does the
 * same within the commit. `log` is opened once: SQLite keeps it, the same file, for as long as anyone has the database
 * open, and its locks are on other files.
 */
export function flushOf(log: string): Flush {
  const fd = openSync(log, 'r+')
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  let closed = false

  async function run(): Promise<void> {
    try {
      await sync(fd)
    } finally {
      running = undefined
    }
  }

  /** One that is under way may have begun too early; the one after it has not. */
  async function afterwards(one: Promise<void>): Promise<void> {
    await one.catch(() => {}) // whoever waits for that one is told
    next = undefined
    if (closed) return // which flushed everything
    running = run()
    return running
  }

  return {
    done() {
      if (!running) {
        running = run()
        return running
      }
      next ??= afterwards(running)
      return next
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

/** Of a database that keeps nothing, or whose last moments may be lost. */
export const NO_FLUSH: Flush = { done: async () => {}, close() {} }
