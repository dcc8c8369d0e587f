import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import type { Migration } from '../../src/store/file.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { LEDGER_FILE } from '../../src/store/ledger-file.ts'
import { openShelf, SHELF_FILE } from '../../src/store/shelf.ts'
import { openSlate, SLATE_FILE } from '../../src/store/slate.ts'
import { testWorld } from '../support/world.ts'
import { tempFolder } from './temp.ts'

/** What a file of each version may hold: one row for each step of the history. */
const LEDGER = `INSERT INTO entries VALUES (1, 'c1', 'generate_text', 'openai', 'gpt', 1767225600000, 1, 0, 'ok', 9, 5, NULL, NULL, 6, NULL, 77, 0);
   INSERT INTO holds VALUES (1, 'c2', 'generate_text', 'openai', 'gpt', 1767225600000, 1, 0, 11, 9999999999999);
   INSERT INTO sums VALUES ('day', 1767225600000, 'model', 'openai/gpt', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('day', 1767225600000, 'tool', 'generate_text', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('month', 1767225600000, 'model', 'openai/gpt', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('month', 1767225600000, 'tool', 'generate_text', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('total', 0, 'model', 'openai/gpt', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('total', 0, 'tool', 'generate_text', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);`
/** The second step changes how holds are kept, not what is known of them. */
const LEDGERS: readonly string[] = [LEDGER, LEDGER]
const SHELVES: readonly string[] = [
  `INSERT INTO items VALUES ('script', 's1', 3, 1767225600000, '{"title":"Rain"}');
   INSERT INTO claims VALUES ('script', 's1', 'me', 9999999999999);`,
]
const SLATES: readonly string[] = [
  `INSERT INTO slate VALUES ('openai: requests a minute', '{"at":1}');`,
  `INSERT INTO slate VALUES (1, 'openai: requests a minute', '{"at":1}');`,
]

describe.each([
  { what: 'ledger', history: LEDGER_FILE, samples: LEDGERS },
  { what: 'shelf', history: SHELF_FILE, samples: SHELVES },
  { what: 'slate', history: SLATE_FILE, samples: SLATES },
])('a $what of an earlier version', ({ history, samples }) => {
  test('is tried for every version there was', () => {
    expect(samples).toHaveLength(history.length)
  })

  test('has the schema that it was released with', async () => {
    for (const version of history.keys()) {
      const path = await fileOf(history, version + 1, '')
      expect(schemaOf(path)).toMatchSnapshot(`version ${version + 1}`)
    }
  })
})

test.each(LEDGERS.map((sample, index) => ({ version: index + 1, sample })))(
  'a ledger of version $version is read and goes on',
  async ({ version, sample }) => {
    const path = await fileOf(LEDGER_FILE, version, sample)
    const budgets = [{ name: 'all', match: '*', per: 'total', limitMicroUsd: 100 }] as const
    const ledger = await openLedger(path, { world: testWorld(), budgets })
    expect(await ledger.report(0, 2e12)).toMatchObject({ calls: 1, microUsd: 77, by: { day: [{ key: '2026-01-01' }] } })
    expect(await ledger.budgets(0)).toMatchObject([{ spentMicroUsd: 77, heldMicroUsd: 11 }])
    expect(await ledger.call('c1')).toMatchObject({ microUsd: 77, attempts: [{ model: 'openai/gpt', outcome: 'ok' }] })
    ledger.close()
    expect(schemaOf(path)).toEqual(schemaOf(await fileOf(LEDGER_FILE, LEDGER_FILE.length, '')))
  },
)

test.each(SHELVES.map((sample, index) => ({ version: index + 1, sample })))(
  'a shelf of version $version is read and goes on',
  async ({ version, sample }) => {
    const path = await fileOf(SHELF_FILE, version, sample)
    const shelf = await openShelf(path, { world: testWorld() })
    expect(await shelf.get('script', 's1')).toEqual({ value: { title: 'Rain' }, version: 3, updatedAt: 1767225600000 })
    expect(await shelf.claim('script', 's1', 'another', 0, 1)).toBe(false)
    expect(await shelf.put('script', 's1', {}, 3, 0)).toBe(4)
    shelf.close()
    expect(schemaOf(path)).toEqual(schemaOf(await fileOf(SHELF_FILE, SHELF_FILE.length, '')))
  },
)

test.each(SLATES.map((sample, index) => ({ version: index + 1, sample })))(
  'a slate of version $version is read and goes on',
  async ({ version, sample }) => {
    const path = await fileOf(SLATE_FILE, version, sample)
    const slate = await openSlate(path, { world: testWorld() })
    expect([...(await slate.read('openai'))]).toEqual([['openai: requests a minute', { at: 1 }]])
    expect(await slate.change('openai: requests a minute', (value) => [undefined, value])).toEqual({ at: 1 })
    slate.close()
    expect(schemaOf(path)).toEqual(schemaOf(await fileOf(SLATE_FILE, SLATE_FILE.length, '')))
  },
)

async function fileOf(history: readonly Migration[], version: number, sample: string): Promise<string> {
  const path = join(tempFolder(), 'file.db')
  ;(await openDatabase(path, history.slice(0, version), testWorld(), { safe: 'at once' })).close()
  const file = new DatabaseSync(path)
  file.exec(sample)
  file.close()
  return path
}

function schemaOf(path: string): readonly unknown[] {
  const file = new DatabaseSync(path)
  const rows = file.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name').all()
  file.close()
  return rows.map(({ sql }) => String(sql).replace(/\s+/g, ' '))
}
