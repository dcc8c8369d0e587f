import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { World } from '../contract/world.ts'
import { type Flush, flushOf, NO_FLUSH } from './flush.ts'
import { sqlite } from './sqlite.ts'
import { isBusy, StoreError, storeError } from './store-error.ts'

/** One SQLite file, shared with any number of other processes. What goes wrong with it rejects with `StoreError`. */
export interface Database {
  /** `work` sees one moment of the file, whatever others write meanwhile. */
  read<T>(work: (sql: Sql) => T): Promise<T>
  /**
   * `work` has the file to itself, and what it did is on the disk when the promise resolves. If it throws, nothing of it
   * happens. It may be run again before that, when the lock was not to be had: it must do nothing but SQL.
   */
  write<T>(work: (sql: Sql) => T): Promise<T>
  /** What was asked for before is still done. */
  close(): void
}

/** Runs one statement. All tables are STRICT, so the columns that the text names have the types that `Row` gives them. */
export type Sql = <Row>(text: string, values?: Values) => readonly Row[]

type Values = Readonly<Record<string, string | number | null>>

/** One step in a file's history; its place in the list is its number. A step that was released never changes. */
export type Migration = (file: Pick<DatabaseSync, 'exec' | 'prepare'>) => void

/**
 * What survives when the machine itself goes down: all that was confirmed, at the price of a wait for the disk with
 * every confirmation, or all but the last moments. A process that is killed loses nothing either way.
 */
export type Keeps = 'everything' | 'all but the last moments'

/** How long SQLite itself waits for a lock. Short, because the whole process stands still meanwhile. */
const BUSY_MS = 50
/** Tries for a lock before giving up: with the pauses between them, about 10 seconds. */
const MOST_TRIES = 100
/** Writes that share one transaction, and with it one wait for the disk. */
const MOST_AT_ONCE = 64

/**
 * Opens a file, or memory for `:memory:`. A new file is made for its owner only; an older one is brought to the newest
 * schema under a lock; one that is damaged, foreign, or of a newer program is refused before anything is written to it.
 */
export async function openDatabase(
  path: string,
  migrations: readonly Migration[],
  world: Pick<World, 'sleep' | 'random'>,
  keeps: Keeps = 'everything',
): Promise<Database> {
  const patiently = patience(path, world)
  const { DatabaseSync } = sqlite()
  if (path !== ':memory:') {
    await patiently(() => makeRoom(path))
    await patiently(() => {
      // Where a crash left a log, a read-only look keeps SQLite from folding it into the file.
      const look = new DatabaseSync(path, { readOnly: existsSync(`${path}-wal`) })
      try {
        // At one moment: another process may be making it just now.
        transaction(look, 'BEGIN', () => refuseForeign(look, path, migrations.length))
      } finally {
        look.close()
      }
    })
  }
  const file = await patiently(() => new DatabaseSync(path))
  try {
    file.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    // The switch to WAL does not wait for the lock, whatever the timeout.
    await patiently(() => file.exec('PRAGMA journal_mode = WAL'))
    file.exec('PRAGMA synchronous = FULL')
    await patiently(() => migrate(file, path, migrations))
    // From here on `flush` does what FULL would do within each commit.
    file.exec('PRAGMA synchronous = NORMAL')
    const flush = keeps === 'everything' && path !== ':memory:' ? flushOf(`${path}-wal`) : NO_FLUSH
    return database(file, path, migrations.length, patiently, flush)
  } catch (error) {
    file.close()
    throw storeError(error, path)
  }
}

function database(file: DatabaseSync, path: string, version: number, patiently: Patiently, flush: Flush): Database {
  const statements = new Map<string, StatementSync>()
  const waiting: Job[] = []
  let draining = false
  let open = true

  const sql: Sql = <Row>(text: string, values: Values = {}) => {
    const statement = statements.get(text) ?? file.prepare(text)
    statements.set(text, statement)
    return statement.all(values) as readonly unknown[] as readonly Row[]
  }

  /** A newer program may have changed the schema under this one while it runs. */
  function unlessNewer<T>(work: () => T): T {
    if (sql<Version>('PRAGMA user_version')[0]?.user_version !== version) throw newer(path)
    return work()
  }

  function together(jobs: readonly Job[]): readonly (() => void)[] {
    return transaction(file, 'BEGIN IMMEDIATE', () => unlessNewer(() => jobs.map((job) => apart(file, job))))
  }

  async function drain(): Promise<void> {
    draining = true
    await undefined // what is asked for in one breath shares one transaction
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

  /** The next transaction need not wait until this one is on the disk; those who asked for it do. */
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
    read: (work) => patiently(() => transaction(file, 'BEGIN', () => unlessNewer(() => work(sql)))),
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

/** `run` happens inside the transaction and says what to do once that is on the disk. */
interface Job {
  run(): () => void
  fail(error: unknown): void
}

/** A job that fails takes no other of its transaction with it. */
function apart(file: DatabaseSync, job: Job): () => void {
  file.exec('SAVEPOINT job')
  try {
    const done = job.run()
    file.exec('RELEASE job')
    return done
  } catch (error) {
    try {
      file.exec('ROLLBACK TO job; RELEASE job')
    } catch {
      throw error // a full disk, say, has ended the whole transaction: nothing is left to save
    }
    return () => job.fail(error)
  }
}

function transaction<T>(file: DatabaseSync, begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
  file.exec(begin)
  try {
    const result = work()
    file.exec('COMMIT')
    return result
  } catch (error) {
    try {
      file.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself.
    }
    throw error
  }
}

type Patiently = <T>(work: () => T) => Promise<T>

function patience(path: string, world: Pick<World, 'sleep' | 'random'>): Patiently {
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

function makeRoom(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  // SQLite gives its side files the mode of the file itself.
  closeSync(openSync(path, 'a', 0o600))
}

/** One level at a time: Node's `recursive` never returns where the system refuses with ENOENT, as it does under /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, 0o700)
  } catch (error) {
    if (!existsSync(folder)) throw error // else another process was faster
  }
}

function migrate(file: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  if (versionOf(file) === migrations.length) return
  transaction(file, 'BEGIN IMMEDIATE', () => {
    refuseForeign(file, path, migrations.length)
    for (const step of migrations.slice(versionOf(file))) step(file)
    file.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

function refuseForeign(file: DatabaseSync, path: string, known: number): void {
  const version = versionOf(file)
  if (version > known) throw newer(path)
  if (version === 0 && file.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').all().length > 0) {
    throw new StoreError(`${path} belongs to another program; it was left as it is. Set SHOWRUNNER_HOME elsewhere.`)
  }
}

interface Version {
  readonly user_version: number
}

function versionOf(file: DatabaseSync): number {
  return Number(file.prepare('PRAGMA user_version').get()?.['user_version'])
}

function newer(path: string): StoreError {
  return new StoreError(`${path} was written by a newer Showrunner; it was left as it is. Update this one to use it.`)
}
