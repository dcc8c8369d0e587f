import { realpathSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { World } from '../../contract/world.ts'
import { toStoreError } from './errors.ts'
import { type Flush, flushAfterDelay, flushOnCommit, NO_FLUSH } from './flush.ts'
import { type Migration, newerVersionError, openFile } from './open-file.ts'
import { createStatementCache, type Sql } from './statements.ts'
import { createBusyRetry, type RetryWhileBusy, runTransaction } from './transaction.ts'

/** One SQLite file, shared with any number of other processes. Everything rejects with `StoreError` where it cannot be used. */
export interface Database {
  /** `work` sees one consistent state of the file, whatever others write meanwhile. */
  read<T>(work: (sql: Sql) => T): Promise<T>
  /**
   * `work` has the file to itself. Once the promise resolves, no killed process takes its changes back; if it throws,
   * nothing of it happens. It must do nothing but SQL, because it is run again where the lock was not to be had.
   */
  write<T>(work: (sql: Sql) => T): Promise<T>
  /** Writes that were asked for before are still done. */
  close(): void
}

/**
 * Durability against power loss: the log is flushed to the disk before a write resolves (`commit`), within 100 ms of it
 * (`delayed`), or left to the operating system (`none`).
 */
export type Durability = 'commit' | 'delayed' | 'none'

export interface DatabaseOptions {
  readonly migrations: readonly Migration[]
  readonly world: Pick<World, 'sleep' | 'random'>
  readonly durability: Durability
  /** The page size of a new file. Default: SQLite's own 4,096. */
  readonly pageBytes?: number
}

/** Writes that share one transaction. */
const MAX_BATCH_SIZE = 64

/** Opens a file as `openFile` does. */
export async function openDatabase(
  path: string,
  { migrations, world, durability, pageBytes }: DatabaseOptions,
): Promise<Database> {
  const retryWhileBusy = createBusyRetry(path, world)
  const file = await openFile(path, migrations, retryWhileBusy, pageBytes)
  try {
    return createDatabase(file, path, migrations.length, retryWhileBusy, selectFlush(path, durability, world))
  } catch (error) {
    file.close()
    throw toStoreError(error, path)
  }
}

function selectFlush(path: string, durability: Durability, world: Pick<World, 'sleep'>): Flush {
  if (durability === 'none' || path === ':memory:') return NO_FLUSH
  const log = `${realpathSync(path)}-wal` // SQLite keeps the log beside the file that a symbolic link names
  return durability === 'delayed' ? flushAfterDelay(log, world) : flushOnCommit(log)
}

function createDatabase(
  file: DatabaseSync,
  path: string,
  version: number,
  retryWhileBusy: RetryWhileBusy,
  flush: Flush,
): Database {
  const sql = createStatementCache(file)
  const queue: PendingWrite[] = []
  let draining = false
  let open = true

  /** A newer program may have changed the schema while this one runs. */
  function withVersionCheck<T>(work: () => T): T {
    if (sql<Version>('PRAGMA user_version')[0]?.user_version !== version) throw newerVersionError(path)
    return work()
  }

  function runBatch(writes: readonly PendingWrite[]): readonly (() => void)[] {
    const [only] = writes
    return runTransaction(sql, 'BEGIN IMMEDIATE', () =>
      withVersionCheck(() =>
        only && writes.length === 1 ? [only.run()] : writes.map((write) => runInSavepoint(sql, write)),
      ),
    )
  }

  async function drain(): Promise<void> {
    draining = true
    await new Promise(setImmediate) // writes asked for in one turn of the event loop share one transaction
    while (queue.length > 0) {
      const writes = queue.splice(0, MAX_BATCH_SIZE)
      try {
        resolveAfterFlush(await retryWhileBusy(() => runBatch(writes)), writes)
      } catch (error) {
        for (const write of writes) write.fail(error)
      }
    }
    draining = false
  }

  /** Its callers wait until the transaction is durable; the next transaction does not. */
  function resolveAfterFlush(callbacks: readonly (() => void)[], writes: readonly PendingWrite[]): void {
    flush.done().then(
      () => {
        for (const resolve of callbacks) resolve()
      },
      (error: unknown) => {
        for (const write of writes) write.fail(error)
      },
    )
  }

  return {
    read: (work) => retryWhileBusy(() => runTransaction(sql, 'BEGIN', () => withVersionCheck(() => work(sql)))),
    write: (work) =>
      new Promise((resolve, reject) => {
        const run = (): (() => void) => {
          const result = work(sql)
          return () => resolve(result)
        }
        queue.push({ run, fail: (error) => reject(toStoreError(error, path)) })
        if (!draining) void drain()
      }),
    close() {
      if (!open) return
      open = false
      const writes = queue.splice(0)
      try {
        const callbacks = writes.length > 0 ? runBatch(writes) : []
        flush.close()
        for (const resolve of callbacks) resolve()
      } catch (error) {
        for (const write of writes) write.fail(error)
      } finally {
        flush.close()
        file.close()
      }
    },
  }
}

/** `run` happens inside the transaction and returns a callback for when that is durable. */
interface PendingWrite {
  run(): () => void
  fail(error: unknown): void
}

/** A write that fails leaves the others of its transaction as they are. */
function runInSavepoint(sql: Sql, write: PendingWrite): () => void {
  sql('SAVEPOINT one_write')
  try {
    const done = write.run()
    sql('RELEASE one_write')
    return done
  } catch (error) {
    try {
      sql('ROLLBACK TO one_write')
      sql('RELEASE one_write')
    } catch {
      throw error // SQLite has ended the whole transaction, as on a full disk, so there is no savepoint to go back to
    }
    return () => write.fail(error)
  }
}

interface Version {
  readonly user_version: number
}
