import type * as Fs from 'node:fs'
import { fstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { testWorld } from '../support/world.ts'
import { tempFolder } from './temp.ts'

/** The disk, held still: a flush ends when the test says so. */
const disk = vi.hoisted(() => ({ flushes: [] as { fd: number; end: (error: Error | null) => void }[] }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>()
  const fdatasync = (fd: number, end: (error: Error | null) => void) => void disk.flushes.push({ fd, end })
  return { ...fs, fdatasync, default: { ...fs, fdatasync } }
})

beforeEach(() => {
  disk.flushes.length = 0
})

async function opened(keeps?: 'all but the last moments'): Promise<{ database: Database; path: string }> {
  const path = join(tempFolder(), 'kept.db')
  const table = [(file: { exec(sql: string): void }) => file.exec('CREATE TABLE t (n INTEGER) STRICT')]
  return { database: await openDatabase(path, table, testWorld(), keeps), path }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

function add(database: Database, n: number) {
  const state = { confirmed: false, error: undefined as unknown }
  database
    .write((sql) => void sql('INSERT INTO t VALUES (:n)', { n }))
    .then(
      () => {
        state.confirmed = true
      },
      (error: unknown) => {
        state.error = error
      },
    )
  return state
}

test('a write is confirmed when the log has been flushed after its commit, and others see it before', async () => {
  const { database, path } = await opened()
  const first = add(database, 1)
  await turns()
  expect(disk.flushes).toHaveLength(1)
  expect(fstatSync(disk.flushes[0]?.fd ?? -1).ino).toBe(statSync(`${path}-wal`).ino)
  expect(await database.read((sql) => sql('SELECT n FROM t'))).toEqual([{ n: 1 }])
  expect(first.confirmed).toBe(false)
  disk.flushes[0]?.end(null)
  await turns()
  expect(first.confirmed).toBe(true)
})

test('writes that came while a flush was under way share the next one: that one may have begun too early', async () => {
  const { database } = await opened()
  const writes = [add(database, 1)]
  await turns()
  writes.push(add(database, 2))
  await turns()
  writes.push(add(database, 3))
  await turns()
  disk.flushes[0]?.end(null)
  await turns()
  expect(writes.map(({ confirmed }) => confirmed)).toEqual([true, false, false])
  expect(disk.flushes).toHaveLength(2)
  disk.flushes[1]?.end(null)
  await turns()
  expect(writes.map(({ confirmed }) => confirmed)).toEqual([true, true, true])
})

test('a flush that fails confirms nothing', async () => {
  const { database } = await opened()
  const write = add(database, 1)
  await turns()
  disk.flushes[0]?.end(Object.assign(new Error('i/o error'), { code: 'EIO' }))
  await turns()
  expect(write).toMatchObject({ confirmed: false, error: { name: 'StoreError' } })
})

test('closing flushes at once and waits for nobody', async () => {
  const { database } = await opened()
  const write = add(database, 1)
  database.close()
  await turns()
  expect(write.confirmed).toBe(true)
  expect(disk.flushes).toHaveLength(0)
})

test('what may lose its last moments is not flushed', async () => {
  const { database } = await opened('all but the last moments')
  const write = add(database, 1)
  await turns()
  expect(write.confirmed).toBe(true)
  expect(disk.flushes).toHaveLength(0)
})
