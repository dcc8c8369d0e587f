import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../errors.ts'
import { toStoreError } from './errors.ts'
import { loadSqlite } from './node-sqlite.ts'
import { type RetryWhileBusy, runTransaction } from './transaction.ts'

/** One step in a file's history; its index in the list plus one is its version. A step that was released never changes. */
export type Migration = (file: Pick<DatabaseSync, 'exec' | 'prepare'>) => void

/** How long SQLite itself waits for a lock. Short, because it blocks the event loop meanwhile. */
const BUSY_MS = 50

/**
 * Opens a file, or memory for `:memory:`, at the newest schema. A new file is made for its owner only; an older one is
 * brought up to date under a lock; one that is damaged, foreign, or of a newer program is refused before anything is
 * written to it. `pageBytes` is for a new one. Rejects with `StoreError`.
 */
export async function openFile(
  path: string,
  migrations: readonly Migration[],
  retryWhileBusy: RetryWhileBusy,
  pageBytes?: number,
): Promise<DatabaseSync> {
  const { DatabaseSync } = loadSqlite()
  if (path !== ':memory:') {
    await retryWhileBusy(() => createFileIfMissing(path))
    await retryWhileBusy(() => {
      // Where a crash left a log, a read-only connection keeps SQLite from merging it into the file.
      const probe = new DatabaseSync(path, { readOnly: existsSync(`${realpathSync(path)}-wal`) })
      try {
        // In one transaction, because another process may be making the file at this moment.
        runTransaction(
          (text) => probe.exec(text),
          'BEGIN',
          () => rejectForeignFile(probe, path, migrations.length),
        )
      } finally {
        probe.close()
      }
    })
  }
  const file = await retryWhileBusy(() => new DatabaseSync(path))
  try {
    file.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    if (pageBytes) file.exec(`PRAGMA page_size = ${pageBytes}`)
    // The switch to WAL does not wait for the lock, whatever the timeout.
    await retryWhileBusy(() => file.exec('PRAGMA journal_mode = WAL'))
    file.exec('PRAGMA synchronous = FULL')
    await retryWhileBusy(() => migrate(file, path, migrations))
    // From here on `flush` syncs the log, as FULL would within each commit.
    file.exec('PRAGMA synchronous = NORMAL')
    return file
  } catch (error) {
    file.close()
    throw toStoreError(error, path)
  }
}

function createFileIfMissing(path: string): void {
  if (existsSync(path)) return
  createFolder(dirname(path))
  // SQLite gives its side files the mode of the file itself.
  closeSync(openSync(path, 'a', 0o600))
}

/** One level at a time: Node's `recursive` never returns where the system refuses with ENOENT, as it does under /proc. */
function createFolder(folder: string): void {
  if (existsSync(folder)) return
  createFolder(dirname(folder))
  try {
    mkdirSync(folder, 0o700)
  } catch (error) {
    if (!existsSync(folder)) throw error // else another process made it
  }
}

function migrate(file: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  if (schemaVersion(file) === migrations.length) return
  runTransaction(
    (text) => file.exec(text),
    'BEGIN IMMEDIATE',
    () => {
      rejectForeignFile(file, path, migrations.length)
      for (const step of migrations.slice(schemaVersion(file))) step(file)
      file.exec(`PRAGMA user_version = ${migrations.length}`)
    },
  )
}

function rejectForeignFile(file: DatabaseSync, path: string, knownVersion: number): void {
  const version = schemaVersion(file)
  if (version > knownVersion) throw newerVersionError(path)
  if (version === 0 && file.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').all().length > 0) {
    throw new StoreError(
      `${path} belongs to another program; it was left as it is. Set SHOWRUNNER_HOME to another folder.`,
    )
  }
}

function schemaVersion(file: DatabaseSync): number {
  return Number(file.prepare('PRAGMA user_version').get()?.['user_version'])
}

export function newerVersionError(path: string): StoreError {
  return new StoreError(`${path} was written by a newer Showrunner; it was left as it is. Update this one to use it.`)
}
