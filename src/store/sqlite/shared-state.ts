import type { SharedState } from '../../contract/limit.ts'
import type { World } from '../../contract/world.ts'
import { openDatabase } from './database.ts'
import type { Migration } from './open-file.ts'

/**
 * Opens the slate of the limits in a file, which any number of processes may share, or in memory for `:memory:`. It is
 * a file of its own beside the ledger: a limit changes twice a call and means nothing after a minute, so it neither
 * waits for the disk nor keeps the ledger's writers waiting.
 */
export async function openSharedState(path: string, { world }: { readonly world: World }): Promise<SharedState> {
  const database = await openDatabase(path, SHARED_STATE_MIGRATIONS, world, { durability: 'some time' })
  /** What this process met last under a name: mostly it is still the same text, and need not be parsed again. */
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
          if (row) sql(WIPE, { name })
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

/** The history of the slate's file. A step is due, too, when what is written under a name changes its shape. */
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
]

interface StateRow {
  readonly name: string
  readonly value: string
}

const LIST = 'SELECT name, value FROM slate WHERE name >= :prefix AND name < :end'
const GET = 'SELECT name, value FROM slate WHERE name = :name'
const PUT =
  'INSERT INTO slate (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
const WIPE = 'DELETE FROM slate WHERE name = :name'
