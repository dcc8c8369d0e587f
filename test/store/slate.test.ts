import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Slate } from '../../src/contract/limit.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openSlate, SLATE_FILE } from '../../src/store/slate.ts'
import { testWorld } from '../support/world.ts'
import { tempFolder } from './temp.ts'

async function open(path: string): Promise<Slate> {
  const slate = await openSlate(path, { world: testWorld() })
  onTestFinished(() => slate.close())
  return slate
}

const add = (value: unknown): readonly [number, number] => {
  const sum = (typeof value === 'number' ? value : 0) + 1
  return [sum, sum]
}

describe('a slate', () => {
  test('has nothing on it at first, and again when it was wiped', async () => {
    const slate = await open(':memory:')
    const read = async (prefix: string): Promise<unknown> => [...(await slate.read(prefix))]
    expect(await read('')).toEqual([])
    expect(await slate.change('a: 1', (value) => [{ n: 1 }, value])).toBeUndefined()
    await slate.change('b: 1', () => ['other', undefined])
    expect(await read('a: ')).toEqual([['a: 1', { n: 1 }]])
    expect(await slate.change('a: 1', (value) => [undefined, value])).toEqual({ n: 1 })
    expect(await read('')).toEqual([['b: 1', 'other']])
  })

  test('counts right for all that write on it at once', async () => {
    const path = join(tempFolder(), 'home/limits.db')
    const slates = await Promise.all([1, 2, 3].map(() => open(path)))
    const answers = await Promise.all(
      slates.flatMap((slate) => Array.from({ length: 50 }, () => slate.change('n', add))),
    )
    expect(answers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    for (const slate of slates) expect((await slate.read('n')).get('n')).toBe(150)
  })

  test('keeps what a change that threw would have spoilt', async () => {
    const slate = await open(':memory:')
    await slate.change('n', add)
    const spoilt = slate.change('n', () => {
      throw new RangeError('thought better of it')
    })
    await expect(spoilt).rejects.toThrow('thought better of it')
    expect((await slate.read('n')).get('n')).toBe(1)
  })

  test('does not wait for the disk', async () => {
    const path = join(tempFolder(), 'limits.db')
    ;(await open(path)).close()
    const database = await openDatabase(path, SLATE_FILE, testWorld(), { safe: 'some time' })
    expect(await database.read((sql) => sql('PRAGMA synchronous'))).toEqual([{ synchronous: 1 }])
    database.close()
  })
})
