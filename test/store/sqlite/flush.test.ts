import type * as Fs from 'node:fs'
import { fstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type Database, type Durability, openDatabase } from '../../../src/store/sqlite/database.ts'
import { testWorld } from '../../support/test-world.ts'
import { tempFolder } from '../temp-folder.ts'

/** A disk on which a flush ends when the test says so. */
const disk = vi.hoisted(() => ({ flushes: [] as { fd: number; end: (error: Error | null) => void }[] }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>()
  const fdatasync = (fd: number, end: (error: Error | null) => void) => void disk.flushes.push({ fd, end })
  return { ...fs, fdatasync, default: { ...fs, fdatasync } }
})

beforeEach(() => {
  disk.flushes.length = 0
})

async function openTestDatabase(durability: Durability) {
  const path = join(tempFolder(), 'kept.db')
  const migrations = [(file: { exec(sql: string): void }) => file.exec('CREATE TABLE t (n INTEGER) STRICT')]
  const world = testWorld()
  const database = await openDatabase(path, { migrations, world, durability })
  return { database, path, world }
}

const flushTicks = async (): Promise<void> => {
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

describe('durable at the commit', () => {
  test('a write is confirmed when the log has been flushed after its commit, and others see it before', async () => {
    const { database, path } = await openTestDatabase('commit')
    const first = add(database, 1)
    await flushTicks()
    expect(disk.flushes).toHaveLength(1)
    expect(fstatSync(disk.flushes[0]?.fd ?? -1).ino).toBe(statSync(`${path}-wal`).ino)
    expect(await database.read((sql) => sql('SELECT n FROM t'))).toEqual([{ n: 1 }])
    expect(first.confirmed).toBe(false)
    disk.flushes[0]?.end(null)
    await flushTicks()
    expect(first.confirmed).toBe(true)
  })

  test('writes during a flush share the next one, because that flush may have begun before them', async () => {
    const { database } = await openTestDatabase('commit')
    const writes = [add(database, 1)]
    await flushTicks()
    writes.push(add(database, 2))
    await flushTicks()
    writes.push(add(database, 3))
    await flushTicks()
    disk.flushes[0]?.end(null)
    await flushTicks()
    expect(writes.map(({ confirmed }) => confirmed)).toEqual([true, false, false])
    expect(disk.flushes).toHaveLength(2)
    disk.flushes[1]?.end(null)
    await flushTicks()
    expect(writes.map(({ confirmed }) => confirmed)).toEqual([true, true, true])
  })

  test('a flush that fails confirms nothing', async () => {
    const { database } = await openTestDatabase('commit')
    const write = add(database, 1)
    await flushTicks()
    disk.flushes[0]?.end(Object.assign(new Error('i/o error'), { code: 'EIO' }))
    await flushTicks()
    expect(write).toMatchObject({ confirmed: false, error: { name: 'StoreError' } })
  })

  test('closing flushes at once and waits for no flush under way', async () => {
    const { database } = await openTestDatabase('commit')
    const write = add(database, 1)
    database.close()
    await flushTicks()
    expect(write.confirmed).toBe(true)
    expect(disk.flushes).toHaveLength(0)
  })
})

describe('durable after a delay', () => {
  test('a write is confirmed at its commit, and flushed a tenth of a second later with all later writes until then', async () => {
    const { database, path, world } = await openTestDatabase('delayed')
    const writes = [add(database, 1)]
    await flushTicks()
    await world.advance(99)
    writes.push(add(database, 2))
    await flushTicks()
    expect(writes.map(({ confirmed }) => confirmed)).toEqual([true, true])
    expect(disk.flushes).toHaveLength(0)
    await world.advance(1)
    expect(disk.flushes).toHaveLength(1)
    expect(fstatSync(disk.flushes[0]?.fd ?? -1).ino).toBe(statSync(`${path}-wal`).ino)
  })

  test('writes during a flush are flushed after it', async () => {
    const { database, world } = await openTestDatabase('delayed')
    add(database, 1)
    await flushTicks()
    await world.advance(100)
    add(database, 2)
    await flushTicks()
    disk.flushes[0]?.end(null)
    await flushTicks()
    await world.advance(100)
    expect(disk.flushes).toHaveLength(2)
    disk.flushes[1]?.end(null)
    await flushTicks()
    await world.advance(1_000)
    expect(disk.flushes).toHaveLength(2)
  })

  test('after a flush that failed nothing more is confirmed', async () => {
    const { database, world } = await openTestDatabase('delayed')
    add(database, 1)
    await flushTicks()
    await world.advance(100)
    disk.flushes[0]?.end(Object.assign(new Error('i/o error'), { code: 'EIO' }))
    await flushTicks()
    const later = add(database, 2)
    await flushTicks()
    expect(later).toMatchObject({ confirmed: false, error: { name: 'StoreError' } })
  })

  test('closing flushes at once and leaves no timer', async () => {
    const { database, world } = await openTestDatabase('delayed')
    const write = add(database, 1)
    await flushTicks()
    database.close()
    await flushTicks()
    expect(write.confirmed).toBe(true)
    expect(world.pendingSleeps).toBe(0)
  })
})

test('without durability nothing is flushed', async () => {
  const { database } = await openTestDatabase('none')
  const write = add(database, 1)
  await flushTicks()
  expect(write.confirmed).toBe(true)
  expect(disk.flushes).toHaveLength(0)
})
