import type { SharedState } from '../../contract/limit.ts'
import type { World } from '../../contract/world.ts'
import { createLazyDatabase } from './lazy-database.ts'
import type { Migration } from './open-file.ts'

/**
 * The shared state of limits in a file, which any number of processes may share, or in memory for `:memory:`. The file
 * is opened at the first use and made at the first write. It is not the ledger's file, because a limit changes twice a
 * call and means nothing after a minute: it neither waits for the disk nor keeps the ledger's writers waiting.
 */
export async function openSharedState(path: string, { world }: { readonly world: World }): Promise<SharedState> {
  const database = createLazyDatabase(path, { migrations: SHARED_STATE_MIGRATIONS, world, durability: 'none' })
  /** The last text and value of each name, because the text has mostly not changed and is not parsed again. */
  const parseCache = new Map<string, { readonly text: string; readonly value: unknown }>()
  function parseValue({ name, value: text }: StateRow): unknown {
    const last = parseCache.get(name)
    return last?.text === text ? last.value : JSON.parse(text)
  }
  return {
    async read(prefix) {
      const rows = await database.read((sql) => sql<StateRow>(LIST, { prefix, end: `${prefix}\u{10ffff}` }))
      return new Map(rows.map((row) => [row.name, parseValue(row)]))
    },
    update: (name, change) =>
      database.write((sql) => {
        const [row] = sql<StateRow>(GET, { name })
        const value = row && parseValue(row)
        const [next, answer] = change(value)
        if (next === undefined) {
          if (row) sql(DELETE, { name })
        } else if (next !== value) {
          const text = JSON.stringify(next)
          sql(PUT, { name, value: text })
          parseCache.set(name, { text, value: next })
        }
        return answer
      }),
    close: () => database.close(),
  }
}

/** The history of the shared state's file. A value that changes its shape needs a step, too. */
export const SHARED_STATE_MIGRATIONS: readonly Migration[] = [
  (file) => file.exec('CREATE TABLE slate (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID'),
  // A value of a few kB fits into one page here, and a change of it writes one page instead of four.
  (file) =>
    file.exec(`
      CREATE TABLE newer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
      INSERT INTO newer (name, value) SELECT name, value FROM slate;
      DROP TABLE slate;
      ALTER TABLE newer RENAME TO slate;
    `),
  (file) => file.exec('ALTER TABLE slate RENAME TO state'),
]

interface StateRow {
  readonly name: string
  readonly value: string
}

const LIST = 'SELECT name, value FROM state WHERE name >= :prefix AND name < :end'
const GET = 'SELECT name, value FROM state WHERE name = :name'
const PUT =
  'INSERT INTO state (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
const DELETE = 'DELETE FROM state WHERE name = :name'
