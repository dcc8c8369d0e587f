import type { DatabaseSync } from 'node:sqlite'
import type { World } from '../contract/world.ts'
import { type Migration, newer, openFile } from './file.ts'
import { type Flush, flushAtOnce, flushSoon, NO_FLUSH } from './flush.ts'
import { type Sql, statementsOf } from './statements.ts'
import { storeError } from './store-error.ts'
import { type Patiently, patience, transaction } from './transaction.ts'

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
export type Safe = 'at once' | 'soon' | 'some time'

/** Writes that share one transaction. */
const MOST_AT_ONCE = 64

/** Opens a file as `openFile` does. */
export async function openDatabase(
  path: string,
  migrations: readonly Migration[],
  world: Pick<World, 'sleep' | 'random'>,
  { safe, pageBytes }: { readonly safe: Safe; readonly pageBytes?: number },
): Promise<Database> {
  const patiently = patience(path, world)
  const file = await openFile(path, migrations, patiently, pageBytes)
  try {
    return database(file, path, migrations.length, patiently, flushOf(path, safe, world))
  } catch (error) {
    file.close()
    throw storeError(error, path)
  }
}

function flushOf(path: string, safe: Safe, world: Pick<World, 'sleep'>): Flush {
  if (safe === 'some time' || path === ':memory:') return NO_FLUSH
  const log = `${path}-wal`
  return safe === 'soon' ? flushSoon(log, world) : flushAtOnce(log)
}

function database(file: DatabaseSync, path: string, version: number, patiently: Patiently, flush: Flush): Database {
  const sql = statementsOf(file)
  const waiting: Job[] = []
  let draining = false
  let open = true

  /** A newer program may have changed the schema under this one while it runs. */
  function unlessNewer<T>(work: () => T): T {
    if (sql<Version>('PRAGMA user_version')[0]?.user_version !== version) throw newer(path)
    return work()
  }

  function together(jobs: readonly Job[]): readonly (() => void)[] {
    const [only] = jobs
    return transaction(sql, 'BEGIN IMMEDIATE', () =>
      unlessNewer(() => (only && jobs.length === 1 ? [only.run()] : jobs.map((job) => apart(sql, job)))),
    )
  }

  async function drain(): Promise<void> {
    draining = true
    await new Promise(setImmediate) // what is asked for in one turn of the event loop shares one transaction
    while (waiting.length > 0) {
      const jobs = waiting.splice(0, MOST_AT_ONCE)
      try {
        confirm(await patiently(() => together(jobs)), jobs)
      } catch (error) {
        for (const job of jobs) job.fail(error)
      }
    }
    draining = false
  }

  /** The next transaction need not wait until this one is as safe as it should be; those who asked for it do. */
  function confirm(done: readonly (() => void)[], jobs: readonly Job[]): void {
    flush.done().then(
      () => {
        for (const tell of done) tell()
      },
      (error: unknown) => {
        for (const job of jobs) job.fail(error)
      },
    )
  }

  return {
    read: (work) => patiently(() => transaction(sql, 'BEGIN', () => unlessNewer(() => work(sql)))),
    write: (work) =>
      new Promise((resolve, reject) => {
        const run = (): (() => void) => {
          const result = work(sql)
          return () => resolve(result)
        }
        waiting.push({ run, fail: (error) => reject(storeError(error, path)) })
        if (!draining) void drain()
      }),
    close() {
      if (!open) return
      open = false
      const jobs = waiting.splice(0)
      try {
        const done = jobs.length > 0 ? together(jobs) : []
        flush.close()
        for (const tell of done) tell()
      } catch (error) {
        for (const job of jobs) job.fail(error)
      } finally {
        flush.close()
        file.close()
      }
    },
  }
}

/** `run` happens inside the transaction and says what to do once that is safe. */
interface Job {
  run(): () => void
  fail(error: unknown): void
}

/** A job that fails takes no other of its transaction with it. */
function apart(sql: Sql, job: Job): () => void {
  sql('SAVEPOINT job')
  try {
    const done = job.run()
    sql('RELEASE job')
    return done
  } catch (error) {
    try {
      sql('ROLLBACK TO job')
      sql('RELEASE job')
    } catch {
      throw error // a full disk, say, has ended the whole transaction: nothing is left to save
    }
    return () => job.fail(error)
  }
}

interface Version {
  readonly user_version: number
}
