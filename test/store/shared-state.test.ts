import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SharedState } from '../../src/contract/limit.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { openSharedState, SHARED_STATE_MIGRATIONS } from '../../src/store/sqlite/shared-state.ts'
import { testWorld } from '../support/test-world.ts'
import { tempFolder } from './temp-folder.ts'

async function open(path: string): Promise<SharedState> {
  const sharedState = await openSharedState(path, { world: testWorld() })
  onTestFinished(() => sharedState.close())
  return sharedState
}

const add = (value: unknown): readonly [number, number] => {
  const sum = (typeof value === 'number' ? value : 0) + 1
  return [sum, sum]
}

describe('the shared state', () => {
  test('is empty at first, and again after its values are deleted', async () => {
    const sharedState = await open(':memory:')
    const read = async (prefix: string): Promise<unknown> => [...(await sharedState.read(prefix))]
    expect(await read('')).toEqual([])
    expect(await sharedState.update('a: 1', (value) => [{ n: 1 }, value])).toBeUndefined()
    await sharedState.update('b: 1', () => ['other', undefined])
    expect(await read('a: ')).toEqual([['a: 1', { n: 1 }]])
    expect(await sharedState.update('a: 1', (value) => [undefined, value])).toEqual({ n: 1 })
    expect(await read('')).toEqual([['b: 1', 'other']])
  })

  test('loses no update of connections that write at once', async () => {
    const path = join(tempFolder(), 'home/limits.db')
    const connections = await Promise.all([1, 2, 3].map(() => open(path)))
    const answers = await Promise.all(
      connections.flatMap((sharedState) => Array.from({ length: 50 }, () => sharedState.update('n', add))),
    )
    expect(answers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    for (const sharedState of connections) expect((await sharedState.read('n')).get('n')).toBe(150)
  })

  test('keeps its value when a change throws', async () => {
    const sharedState = await open(':memory:')
    await sharedState.update('n', add)
    const failing = sharedState.update('n', () => {
      throw new RangeError('changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect((await sharedState.read('n')).get('n')).toBe(1)
  })

  test('does not wait for the disk', async () => {
    const path = join(tempFolder(), 'limits.db')
    const migrations = SHARED_STATE_MIGRATIONS
    const database = await openDatabase(path, { migrations, world: testWorld(), durability: 'none' })
    expect(await database.read((sql) => sql('PRAGMA synchronous'))).toEqual([{ synchronous: 1 }])
    database.close()
  })
})
