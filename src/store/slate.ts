import type { Slate } from '../contract/limit.ts'
import type { World } from '../contract/world.ts'
import { openDatabase } from './database.ts'
import type { Migration } from './file.ts'

/**
 * Opens the slate of the limits in a file, which any number of processes may share, or in memory for `:memory:`. It is
 * a file of its own beside the ledger: a limit changes twice a call and means nothing after a minute, so it neither
 * waits for the disk nor keeps the ledger's writers waiting.
 */
export async function openSlate(path: string, { world }: { readonly world: World }): Promise<Slate> {
  const database = await openDatabase(path, SLATE_FILE, world, 'some time')
  return {
    async read(prefix) {
      const rows = await database.read((sql) => sql<Written>(LIST, { prefix, end: `${prefix}\u{10ffff}` }))
      return new Map(rows.map(({ name, value }) => [name, JSON.parse(value)]))
    },
    change: (name, change) =>
      database.write((sql) => {
        const [row] = sql<Written>(GET, { name })
        const value: unknown = row && JSON.parse(row.value)
        const [next, answer] = change(value)
        if (next === undefined) sql(WIPE, { name })
        else if (next !== value) sql(PUT, { name, value: JSON.stringify(next) })
        return answer
      }),
    close: () => database.close(),
  }
}

/** The history of the slate's file. A step is due, too, when what is written under a name changes its shape. */
export const SLATE_FILE: readonly Migration[] = [
  (file) => file.exec('CREATE TABLE slate (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID'),
]

interface Written {
  readonly name: string
  readonly value: string
}

const LIST = 'SELECT name, value FROM slate WHERE name >= :prefix AND name < :end'
const GET = 'SELECT name, value FROM slate WHERE name = :name'
const PUT = 'INSERT INTO slate (name, value) VALUES (:name, :value) ON CONFLICT DO UPDATE SET value = excluded.value'
const WIPE = 'DELETE FROM slate WHERE name = :name'
