import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../../src/store/sqlite/database.ts'
import { createLazyDatabase } from '../../../src/store/sqlite/lazy-database.ts'
import { testWorld } from '../../support/test-world.ts'
import { tempFolder } from '../temp-folder.ts'

const migrations = [(file: { exec(sql: string): void }) => file.exec('CREATE TABLE t (n INTEGER) STRICT')]

function openLazily(path: string): Database {
  const database = createLazyDatabase(path, { migrations, world: testWorld(), durability: 'commit' })
  onTestFinished(() => database.close())
  return database
}

const add = (database: Database, n: number): Promise<unknown> =>
  database.write((sql) => sql('INSERT INTO t VALUES (:n)', { n }))
const numbers = (database: Database): Promise<readonly unknown[]> =>
  database.read((sql) => sql<{ readonly n: number }>('SELECT n FROM t ORDER BY n').map(({ n }) => n))

test('reading a file that does not exist finds nothing and creates no file', async () => {
  const folder = tempFolder()
  const database = openLazily(join(folder, 'home/new.db'))
  expect(await Promise.all([numbers(database), numbers(database)])).toEqual([[], []])
  expect(readdirSync(folder)).toEqual([])
})

test('the first write creates the file, and later reads see it', async () => {
  const path = join(tempFolder(), 'home/new.db')
  const database = openLazily(path)
  expect(await numbers(database)).toEqual([])
  await Promise.all([add(database, 1), add(database, 2)])
  expect(existsSync(path)).toBe(true)
  expect(await numbers(database)).toEqual([1, 2])
})

test('a file that another process creates meanwhile is read', async () => {
  const path = join(tempFolder(), 'shared.db')
  const reader = openLazily(path)
  expect(await numbers(reader)).toEqual([])
  await add(openLazily(path), 1)
  expect(await numbers(reader)).toEqual([1])
})

test('a write asked for before the close is done, and later use fails', async () => {
  const path = join(tempFolder(), 'short.db')
  const database = openLazily(path)
  const last = add(database, 1)
  database.close()
  database.close()
  await last
  await expect(add(database, 2)).rejects.toThrow(`${path} is closed.`)
  await expect(numbers(database)).rejects.toThrow(`${path} is closed.`)
  expect(await numbers(openLazily(path))).toEqual([1])
})

test('a close without any use opens nothing', () => {
  const folder = tempFolder()
  openLazily(join(folder, 'never.db')).close()
  expect(readdirSync(folder)).toEqual([])
})

test('an open that fails is tried again at the next use', async () => {
  const folder = tempFolder()
  const path = join(folder, 'later.db')
  const database = openLazily(path)
  const foreign = createLazyDatabase(path, {
    migrations: [...migrations, ...migrations.map(() => () => {})],
    ...{ world: testWorld(), durability: 'commit' },
  })
  await add(foreign, 1)
  foreign.close()
  await expect(numbers(database)).rejects.toThrow('was written by a newer Showrunner')
  await expect(add(database, 2)).rejects.toThrow('was written by a newer Showrunner')
})

const rootReason = process.getuid?.() === 0 ? ' (skipped: root may read everything)' : ''
test.skipIf(rootReason)(`a file that cannot be looked for is an error, not an empty store${rootReason}`, async () => {
  const folder = tempFolder()
  chmodSync(folder, 0o000)
  onTestFinished(() => chmodSync(folder, 0o700))
  await expect(numbers(openLazily(join(folder, 'hidden.db')))).rejects.toThrow('cannot be opened for writing')
})
