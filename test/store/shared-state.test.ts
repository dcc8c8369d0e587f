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

describe('a slate', () => {
  test('has nothing on it at first, and again when it was wiped', async () => {
    const sharedState = await open(':memory:')
    const read = async (prefix: string): Promise<unknown> => [...(await sharedState.read(prefix))]
    expect(await read('')).toEqual([])
    expect(await sharedState.update('a: 1', (value) => [{ n: 1 }, value])).toBeUndefined()
    await sharedState.update('b: 1', () => ['other', undefined])
    expect(await read('a: ')).toEqual([['a: 1', { n: 1 }]])
    expect(await sharedState.update('a: 1', (value) => [undefined, value])).toEqual({ n: 1 })
    expect(await read('')).toEqual([['b: 1', 'other']])
  })

  test('counts right for all that write on it at once', async () => {
    const path = join(tempFolder(), 'home/limits.db')
    const slates = await Promise.all([1, 2, 3].map(() => open(path)))
    const answers = await Promise.all(
      slates.flatMap((sharedState) => Array.from({ length: 50 }, () => sharedState.update('n', add))),
    )
    expect(answers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    for (const sharedState of slates) expect((await sharedState.read('n')).get('n')).toBe(150)
  })

  test('keeps what a change that threw would have spoilt', async () => {
    const sharedState = await open(':memory:')
    await sharedState.update('n', add)
    const spoilt = sharedState.update('n', () => {
      throw new RangeError('thought better of it')
    })
    await expect(spoilt).rejects.toThrow('thought better of it')
    expect((await sharedState.read('n')).get('n')).toBe(1)
  })

  test('does not wait for the disk', async () => {
    const path = join(tempFolder(), 'limits.db')
    ;(await open(path)).close()
    const database = await openDatabase(path, SHARED_STATE_MIGRATIONS, testWorld(), { durability: 'some time' })
    expect(await database.read((sql) => sql('PRAGMA synchronous'))).toEqual([{ synchronous: 1 }])
    database.close()
  })
})
