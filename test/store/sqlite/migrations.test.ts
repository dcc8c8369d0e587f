import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import { DOCUMENT_MIGRATIONS, openDocumentStore } from '../../../src/store/sqlite/documents.ts'
import { openLedger } from '../../../src/store/sqlite/ledger/ledger.ts'
import { LEDGER_MIGRATIONS } from '../../../src/store/sqlite/ledger/schema.ts'
import type { Migration } from '../../../src/store/sqlite/open-file.ts'
import { openSharedState, SHARED_STATE_MIGRATIONS } from '../../../src/store/sqlite/shared-state.ts'
import { testWorld } from '../../support/test-world.ts'
import { tempFolder } from '../temp-folder.ts'

/** Content of a file of each version: one for each step of the history. */
const LEDGER = `INSERT INTO entries VALUES (1, 'c1', 'generate_text', 'openai', 'gpt', 1767225600000, 1, 0, 'ok', 9, 5, NULL, NULL, 6, NULL, 77, 0);
   INSERT INTO holds VALUES (1, 'c2', 'generate_text', 'openai', 'gpt', 1767225600000, 1, 0, 11, 9999999999999);
   INSERT INTO sums VALUES ('day', 1767225600000, 'model', 'openai/gpt', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('day', 1767225600000, 'tool', 'generate_text', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('month', 1767225600000, 'model', 'openai/gpt', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('month', 1767225600000, 'tool', 'generate_text', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('total', 0, 'model', 'openai/gpt', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);
   INSERT INTO sums VALUES ('total', 0, 'tool', 'generate_text', 1, 1, 0, 0, 5, 0, 6, 0, 77, 0, 0, 0);`
/** The second step changes the table of holds, not its content; the third adds amounts in doubt. */
const LEDGERS: readonly string[] = [
  LEDGER,
  LEDGER,
  LEDGER.replace(/INTO entries VALUES \((.*)\)/, 'INTO entries VALUES ($1, 8)').replace(
    /INTO sums VALUES \((.*)\)/g,
    'INTO sums VALUES ($1, 8)',
  ),
]
const DOCUMENTS: readonly string[] = [
  `INSERT INTO items VALUES ('script', 's1', 3, 1767225600000, '{"title":"Rain"}');
   INSERT INTO claims VALUES ('script', 's1', 'me', 9999999999999);`,
]
const STATES: readonly string[] = [
  `INSERT INTO slate VALUES ('openai: requests a minute', '{"at":1}');`,
  `INSERT INTO slate VALUES (1, 'openai: requests a minute', '{"at":1}');`,
  `INSERT INTO state VALUES (1, 'openai: requests a minute', '{"at":1}');`,
]

describe.each([
  { what: 'ledger', history: LEDGER_MIGRATIONS, samples: LEDGERS },
  { what: 'document store', history: DOCUMENT_MIGRATIONS, samples: DOCUMENTS },
  { what: 'shared state', history: SHARED_STATE_MIGRATIONS, samples: STATES },
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
  'a ledger of version $version can be read and written',
  async ({ version, sample }) => {
    const path = await fileOf(LEDGER_MIGRATIONS, version, sample)
    const budgets = [{ name: 'all', match: '*', per: 'total', limitMicroUsd: 100 }] as const
    const ledger = await openLedger(path, { world: testWorld(), budgets })
    expect(await ledger.report(0, 2e12)).toMatchObject({ calls: 1, microUsd: 77, by: { day: [{ key: '2026-01-01' }] } })
    const inDoubtMicroUsd = version < 3 ? 0 : 8
    expect(await ledger.budgets(0)).toMatchObject([{ spentMicroUsd: 77, heldMicroUsd: 11, inDoubtMicroUsd }])
    expect(await ledger.getCall('c1')).toMatchObject({
      microUsd: 77,
      attempts: [{ model: 'openai/gpt', outcome: 'ok' }],
    })
    expect(await ledger.settleInDoubt('c1', 80)).toBe(version >= 3)
    ledger.close()
    expect(schemaOf(path)).toEqual(schemaOf(await fileOf(LEDGER_MIGRATIONS, LEDGER_MIGRATIONS.length, '')))
  },
)

test.each(DOCUMENTS.map((sample, index) => ({ version: index + 1, sample })))(
  'a document store of version $version can be read and written',
  async ({ version, sample }) => {
    const path = await fileOf(DOCUMENT_MIGRATIONS, version, sample)
    const documents = await openDocumentStore(path, { world: testWorld() })
    expect(await documents.get('script', 's1')).toEqual({
      value: { title: 'Rain' },
      version: 3,
      updatedAt: 1767225600000,
    })
    expect(await documents.acquireLease('script', 's1', 'another', 0, 1)).toBe(false)
    expect(await documents.put('script', 's1', {}, 3, 0)).toBe(4)
    documents.close()
    expect(schemaOf(path)).toEqual(schemaOf(await fileOf(DOCUMENT_MIGRATIONS, DOCUMENT_MIGRATIONS.length, '')))
  },
)

test.each(STATES.map((sample, index) => ({ version: index + 1, sample })))(
  'a shared state of version $version can be read and written',
  async ({ version, sample }) => {
    const path = await fileOf(SHARED_STATE_MIGRATIONS, version, sample)
    const sharedState = await openSharedState(path, { world: testWorld() })
    expect([...(await sharedState.read('openai'))]).toEqual([['openai: requests a minute', { at: 1 }]])
    expect(await sharedState.update('openai: requests a minute', (value) => [undefined, value])).toEqual({ at: 1 })
    sharedState.close()
    expect(schemaOf(path)).toEqual(schemaOf(await fileOf(SHARED_STATE_MIGRATIONS, SHARED_STATE_MIGRATIONS.length, '')))
  },
)

async function fileOf(history: readonly Migration[], version: number, sample: string): Promise<string> {
  const path = join(tempFolder(), 'file.db')
  const migrations = history.slice(0, version)
  ;(await openDatabase(path, { migrations, world: testWorld(), durability: 'commit' })).close()
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
