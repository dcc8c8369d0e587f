import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { StoreError } from '../../../src/store/errors.ts'
import { type Database, openDatabase } from '../../../src/store/sqlite/database.ts'
import type { Migration } from '../../../src/store/sqlite/open-file.ts'
import { tempFolder } from '../temp-folder.ts'

describe('a new file', () => {
  test('is its owner’s alone, with its folder and its side files', async () => {
    const path = join(tempFolder(), 'a/b/new.db')
    const database = await open(path)
    await add(database, 1)
    expect(fileMode(dirname(path))).toBe('700')
    expect(readdirSync(dirname(path)).sort()).toEqual(['new.db', 'new.db-shm', 'new.db-wal'])
    for (const file of readdirSync(dirname(path)))
      expect([file, fileMode(join(dirname(path), file))]).toEqual([file, '600'])
  })

  test('is in WAL mode without a sync in each commit, because flush.test.ts syncs the log', async () => {
    const database = await open(join(tempFolder(), 'new.db'))
    const pragma = (name: string): Promise<unknown> => database.read((sql) => sql(`PRAGMA ${name}`)[0])
    expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(await pragma('synchronous')).toEqual({ synchronous: 1 })
  })

  test('is waited for while another process makes it', async () => {
    const path = join(tempFolder(), 'new.db')
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    let pauses = 0
    const database = await open(path, [makeNumbers], async () => {
      pauses++
      if (other.isTransaction) other.exec('ROLLBACK')
    })
    other.close()
    expect(pauses).toBe(1)
    expect(await numbers(database)).toEqual([])
  })

  test('is not foreign when another process makes it between two checks', async () => {
    const path = join(tempFolder(), 'new.db')
    const { prepare } = DatabaseSync.prototype
    let made = false
    const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
      if (!made && sql.includes('sqlite_schema')) {
        made = true
        const other = new DatabaseSync(path, { timeout: 0 })
        try {
          other.exec('BEGIN; CREATE TABLE numbers (n INTEGER) STRICT; PRAGMA user_version = 1; COMMIT')
        } catch {
          // The writer has to wait until the check is over.
        }
        other.close()
      }
      return prepare.call(this, sql)
    })
    onTestFinished(() => spy.mockRestore())
    const database = await open(path)
    expect(made).toBe(true)
    await add(database, 1)
    expect(await numbers(database)).toEqual([1])
  })
})

test('the log of a database behind a symbolic link is found beside its target', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'target'))
  symlinkSync(join(folder, 'target/kept.db'), join(folder, 'link.db'))
  for (const n of [1, 2]) {
    const database = await open(join(folder, 'link.db'))
    await add(database, n)
    database.close()
  }
  expect(readdirSync(folder).sort()).toEqual(['link.db', 'target'])
  expect(await numbers(await open(join(folder, 'target/kept.db')))).toEqual([1, 2])
})

describe('a transaction', () => {
  test('that throws leaves nothing, and the others of its batch as they are', async () => {
    const database = await open(':memory:')
    const answers = await Promise.allSettled([
      add(database, 1),
      database.write((sql) => {
        sql('INSERT INTO numbers VALUES (2)')
        throw new RangeError('changed its mind')
      }),
      database.write((sql) => sql('INSERT INTO nowhere VALUES (3)')),
      add(database, 4),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({ reason: new RangeError('changed its mind') })
    expect(answers[2]).toMatchObject({ reason: { name: 'StoreError' } })
    expect(await numbers(database)).toEqual([1, 4])
  })

  test('waits for a lock that another program has', async () => {
    const path = join(tempFolder(), 'shared.db')
    const other = await holdLock(path)
    const pauses: number[] = []
    const database = await open(path, [makeNumbers], async (ms) => {
      pauses.push(ms)
      if (pauses.length === 3) other.exec('ROLLBACK')
    })
    other.exec('BEGIN IMMEDIATE')
    await add(database, 7)
    expect(pauses).toHaveLength(3)
    expect(await numbers(database)).toEqual([7])
  })

  test('gives up in the end, names the file, and can be tried again', async () => {
    const path = join(tempFolder(), 'shared.db')
    const other = await holdLock(path)
    const impatient: Migration = (file) => file.exec('PRAGMA busy_timeout = 0')
    const pauses: number[] = []
    const database = await open(path, [makeNumbers, impatient], async (ms) => void pauses.push(ms))
    other.exec('BEGIN IMMEDIATE')
    await expect(add(database, 7)).rejects.toThrow(
      `${path} stays locked by another program. Close the program that has it open`,
    )
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000)
    expect(await numbers(database)).toEqual([])
    other.exec('ROLLBACK')
    await add(database, 7)
    expect(await numbers(database)).toEqual([7])
  })

  test('on a full disk says so, and harms nothing', async () => {
    const path = join(tempFolder(), 'small.db')
    const small: Migration = (file) => file.exec('PRAGMA max_page_count = 4')
    const database = await open(path, [makeNumbers, (file) => file.exec('CREATE TABLE texts (t TEXT) STRICT'), small])
    await add(database, 1)
    const tooMuch = database.write((sql) => sql('INSERT INTO texts VALUES (:t)', { t: 'x'.repeat(100_000) }))
    await expect(tooMuch).rejects.toThrow(`${path} is on a disk that is full; nothing was changed.`)
    await add(database, 2)
    expect(await numbers(database)).toEqual([1, 2])
    expect(await database.read((sql) => sql('PRAGMA integrity_check'))).toEqual([{ integrity_check: 'ok' }])
  })

  test('asked for before the close is done, and after it fails with a clear error', async () => {
    const path = join(tempFolder(), 'short.db')
    const database = await open(path)
    const last = add(database, 1)
    database.close()
    database.close()
    await last
    await expect(add(database, 2)).rejects.toThrow(`${path} is closed.`)
    await expect(numbers(database)).rejects.toThrow(StoreError)
    expect(await numbers(await open(path))).toEqual([1])
  })
})

describe('an older file', () => {
  test('is brought up to date, each step once', async () => {
    const path = join(tempFolder(), 'old.db')
    const steps: string[] = []
    const noted =
      (name: string): Migration =>
      (file) => {
        steps.push(name)
        file.exec(`CREATE TABLE ${name} (n INTEGER) STRICT`)
      }
    const history = [makeNumbers, noted('second'), noted('third')]
    for (const length of [1, 1, 2, 3, 3]) {
      const database = await open(path, history.slice(0, length))
      await add(database, length)
      database.close()
    }
    expect(steps).toEqual(['second', 'third'])
    expect(await numbers(await open(path, history))).toEqual([1, 1, 2, 3, 3])
  })

  test('stays as it was when a step fails', async () => {
    const path = join(tempFolder(), 'old.db')
    ;(await open(path)).close()
    const broken: readonly Migration[] = [
      makeNumbers,
      (file) => file.exec('DROP TABLE numbers'),
      (file) => file.exec('nonsense'),
    ]
    await expect(open(path, broken)).rejects.toThrow(StoreError)
    expect(await numbers(await open(path))).toEqual([])
  })

  test('that a newer program changes is left as it is by an older one that has it open', async () => {
    const path = join(tempFolder(), 'old.db')
    const old = await open(path)
    const newer = await open(path, [makeNumbers, (file) => file.exec('ALTER TABLE numbers RENAME COLUMN n TO number')])
    await expect(add(old, 1)).rejects.toThrow(`${path} was written by a newer Showrunner; it was left as it is.`)
    await expect(numbers(old)).rejects.toThrow(StoreError)
    expect(await newer.read((sql) => sql('SELECT number FROM numbers'))).toEqual([])
  })
})

describe('a file is refused, and not a byte of it changed,', () => {
  test.each<{ what: string; make: (path: string) => void; says: string }>([
    {
      what: 'of a newer program',
      make: (path) => make(path, 'PRAGMA user_version = 2'),
      says: 'was written by a newer',
    },
    {
      what: 'of a newer program that crashed',
      make: (path) => writeAndCrash(path, 'PRAGMA user_version = 2'),
      says: 'was written by a newer',
    },
    {
      what: 'of another program',
      make: (path) => make(path, 'CREATE TABLE foreign_table (a)'),
      says: 'belongs to another program',
    },
    { what: 'of text', make: (path) => writeFileSync(path, 'Dear diary, '.repeat(900)), says: 'is corrupt' },
    {
      what: 'with its beginning overwritten',
      make: (path) => {
        make(path, 'PRAGMA user_version = 1')
        writeFileSync(path, 'x'.repeat(100), { flag: 'r+' })
      },
      says: 'is corrupt',
    },
    {
      what: 'that lost its end',
      make: (path) => {
        make(path, 'CREATE TABLE numbers (n INTEGER) STRICT; PRAGMA user_version = 1')
        truncateSync(path, statSync(path).size - 4096)
      },
      says: 'is corrupt',
    },
  ])('$what', async ({ make: prepare, says }) => {
    const folder = tempFolder()
    const path = join(folder, 'foreign.db')
    prepare(path)
    const bytes = (): readonly unknown[] =>
      readdirSync(folder)
        .filter((file) => !file.endsWith('-shm'))
        .map((file) => [file, readFileSync(join(folder, file), 'base64')])
    const before = bytes()
    for (const _ of ['once', 'again']) {
      await expect(open(path)).rejects.toThrow(`${path} ${says}`)
      expect(bytes()).toEqual(before)
    }
  })

  test('damage that shows only later has the same error', async () => {
    const path = join(tempFolder(), 'worn.db')
    const database = await open(path)
    await database.write((sql) => {
      for (let n = 0; n < 5000; n++) sql('INSERT INTO numbers VALUES (:n)', { n })
    })
    database.close()
    writeFileSync(
      path,
      Buffer.concat([readFileSync(path).subarray(0, 4096), Buffer.alloc(statSync(path).size - 4096, 7)]),
    )
    await expect(open(path).then(numbers)).rejects.toThrow(`${path} is corrupt`)
  })
})

describe('a path that cannot be written is named', () => {
  const inFile = (): string => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    return join(file, 'home/ledger.db')
  }
  const isFolder = (): string => {
    const folder = join(tempFolder(), 'ledger.db')
    mkdirSync(folder)
    return folder
  }
  const readOnly = (): string => {
    const folder = join(tempFolder(), 'locked')
    mkdirSync(folder, { mode: 0o500 })
    return join(folder, 'ledger.db')
  }
  const rows: readonly { what: string; path: () => string; cannot?: string | false }[] = [
    { what: 'a folder that is a file', path: inFile },
    { what: 'a file that is a folder', path: isFolder },
    {
      what: 'a folder that may not be written',
      path: readOnly,
      cannot: process.getuid?.() === 0 && 'root may write anywhere',
    },
    {
      what: 'a folder of the kernel',
      path: () => '/proc/showrunner/ledger.db',
      cannot: !existsSync('/proc') && 'no /proc here',
    },
  ]
  for (const { what, path, cannot } of rows) {
    test.skipIf(cannot)(`${what}${cannot ? ` (${cannot})` : ''}`, async () => {
      const place = path()
      const error = await open(place).catch((error: unknown) => error)
      expect(error).toBeInstanceOf(StoreError)
      expect(error).toMatchObject({
        message: `${place} cannot be opened for writing. Make its folder writable, or set SHOWRUNNER_HOME to a folder that is.`,
      })
    })
  }
})

const makeNumbers: Migration = (file) => file.exec('CREATE TABLE numbers (n INTEGER) STRICT')

async function open(
  path: string,
  migrations: readonly Migration[] = [makeNumbers],
  sleep: (ms: number) => Promise<void> = async () => {},
): Promise<Database> {
  const world = { sleep, random: () => 0.5 }
  const database = await openDatabase(path, { migrations, world, durability: 'commit' })
  onTestFinished(() => database.close())
  return database
}

async function add(database: Database, n: number): Promise<void> {
  await database.write((sql) => sql('INSERT INTO numbers VALUES (:n)', { n }))
}

async function numbers(database: Database): Promise<readonly number[]> {
  return (await database.read((sql) => sql<{ n: number }>('SELECT n FROM numbers ORDER BY n'))).map(({ n }) => n)
}

/** Another program's connection. */
async function holdLock(path: string): Promise<DatabaseSync> {
  ;(await open(path)).close()
  const other = new DatabaseSync(path)
  onTestFinished(() => other.close())
  return other
}

/** A file that another program makes. */
function make(path: string, sql: string): void {
  const file = new DatabaseSync(path)
  file.exec(`PRAGMA journal_mode = WAL; ${sql}`)
  file.close()
}

/** A file whose change is still in the log, as after a crash. */
function writeAndCrash(path: string, sql: string): void {
  const original = `${path}.original`
  make(original, 'SELECT 1')
  const file = new DatabaseSync(original)
  file.exec(sql)
  copyFileSync(original, path)
  copyFileSync(`${original}-wal`, `${path}-wal`)
  file.close()
}

function fileMode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}
