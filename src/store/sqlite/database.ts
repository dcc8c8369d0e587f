import type { DatabaseSync } from 'node:sqlite'
import type { World } from '../../contract/world.ts'
import { toStoreError } from './errors.ts'
import { type Flush, flushAfterDelay, flushOnCommit, NO_FLUSH } from './flush.ts'
import { type Migration, newerVersionError, openFile } from './open-file.ts'
import { createStatementCache, type Sql } from './statements.ts'
import { createBusyRetry, type RetryWhileBusy, runTransaction } from './transaction.ts'

/** One SQLite file, shared with any number of other processes. What goes wrong with it rejects with `StoreError`. */
export interface Database {
  /** `work` sees one moment of the file, whatever others write meanwhile. */
  read<T>(work: (sql: Sql) => T): Promise<T>
  /**
   * `work` has the file to itself, and no killed process takes back what it did once the promise resolves. If it throws,
   * nothing of it happens. It may be run again before that, when the lock was not to be had: it must do nothing but SQL.
   */
  write<T>(work: (sql: Sql) => T): Promise<T>
  /** What was asked for before is still done. */
  close(): void
}

/**
 * When what was written is safe even from the machine itself going down: before it is confirmed, at the price of a wait
 * for the disk; a tenth of a second later; or when the system sees fit.
 */
export type Durability = 'at once' | 'soon' | 'some time'

/** Writes that share one transaction. */
const MAX_BATCH_SIZE = 64

/** Opens a file as `openFile` does. */
export async function openDatabase(
  path: string,
  migrations: readonly Migration[],
  world: Pick<World, 'sleep' | 'random'>,
  { durability, pageBytes }: { readonly durability: Durability; readonly pageBytes?: number },
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
  if (durability === 'some time' || path === ':memory:') return NO_FLUSH
  const log = `${path}-wal`
  return durability === 'soon' ? flushAfterDelay(log, world) : flushOnCommit(log)
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

  /** A newer program may have changed the schema under this one while it runs. */
  function withVersionCheck<T>(work: () => T): T {
    if (sql<Version>('PRAGMA user_version')[0]?.user_version !== version) throw newerVersionError(path)
    return work()
  }

  function runBatch(writes: readonly PendingWrite[]): readonly (() => void)[] {
    const [only] = writes
    return runTransaction(sql, 'BEGIN IMMEDIATE', () =>
      withVersionCheck(() =>
        only && writes.length === 1 ? [only.run()] : writes.map((job) => runInSavepoint(sql, job)),
      ),
    )
  }

  async function drain(): Promise<void> {
    draining = true
    await new Promise(setImmediate) // what is asked for in one turn of the event loop shares one transaction
    while (queue.length > 0) {
      const writes = queue.splice(0, MAX_BATCH_SIZE)
      try {
        resolveAfterFlush(await retryWhileBusy(() => runBatch(writes)), writes)
      } catch (error) {
        for (const job of writes) job.fail(error)
      }
    }
    draining = false
  }

  /** The next transaction need not wait until this one is as safe as it should be; those who asked for it do. */
  function resolveAfterFlush(callbacks: readonly (() => void)[], writes: readonly PendingWrite[]): void {
    flush.done().then(
      () => {
        for (const tell of callbacks) tell()
      },
      (error: unknown) => {
        for (const job of writes) job.fail(error)
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
        for (const tell of callbacks) tell()
      } catch (error) {
        for (const job of writes) job.fail(error)
      } finally {
        flush.close()
        file.close()
      }
    },
  }
}

/** `run` happens inside the transaction and says what to do once that is safe. */
interface PendingWrite {
  run(): () => void
  fail(error: unknown): void
}

/** A job that fails takes no other of its transaction with it. */
function runInSavepoint(sql: Sql, write: PendingWrite): () => void {
  sql('SAVEPOINT job')
  try {
    const done = write.run()
    sql('RELEASE job')
    return done
  } catch (error) {
    try {
      sql('ROLLBACK TO job')
      sql('RELEASE job')
    } catch {
      throw error // a full disk, say, has ended the whole transaction: nothing is left to save
    }
    return () => write.fail(error)
  }
}

interface Version {
  readonly user_version: number
}
