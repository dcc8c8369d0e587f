import type { DocumentInfo, DocumentStore, StoredDocument } from '../../contract/document-store.ts'
import type { World } from '../../contract/world.ts'
import { StoreError } from '../errors.ts'
import { createLazyDatabase } from './lazy-database.ts'
import type { Migration } from './open-file.ts'

/** The most that one value may take up as JSON. A feature film's script is about 1 MB. */
const MAX_DOCUMENT_BYTES = 20_000_000

/**
 * The document store in a file, which any number of processes may share, or in memory for `:memory:`. The file is opened
 * at the first use and made at the first write; a store without a file is empty. It is not the ledger's file, so that
 * damage to one leaves the other usable. Everything rejects with `StoreError` when the file cannot be used.
 */
export async function openDocumentStore(path: string, { world }: { readonly world: World }): Promise<DocumentStore> {
  const database = createLazyDatabase(path, { migrations: DOCUMENT_MIGRATIONS, world, durability: 'commit' })
  return {
    async get(kind, id) {
      const [row] = await database.read((sql) => sql<DocumentRow>(GET, { kind, id }))
      return row && { value: JSON.parse(row.value), version: row.version, updatedAt: row.updatedAt }
    },
    async put(kind, id, value, expectedVersion, now) {
      const json = JSON.stringify(value)
      const bytes = Buffer.byteLength(json)
      if (bytes > MAX_DOCUMENT_BYTES) {
        throw new StoreError(
          `The ${kind} is too large to keep: ${bytes} bytes, of at most ${MAX_DOCUMENT_BYTES}. Make it shorter.`,
        )
      }
      const statement = expectedVersion === 0 ? ADD : CHANGE
      const values = { kind, id, value: json, now, ...(expectedVersion !== 0 && { expect: expectedVersion }) }
      const [row] = await database.write((sql) => sql<{ readonly version: number }>(statement, values))
      return row?.version
    },
    list: (kind, prefix, limit) => database.read((sql) => sql<DocumentInfo>(LIST, { kind, prefix, limit })),
    async acquireLease(kind, id, owner, now, until) {
      const rows = await database.write((sql) => sql(CLAIM, { kind, id, owner, now, until }))
      return rows.length > 0
    },
    async releaseLease(kind, id, owner) {
      await database.write((sql) => sql(RELEASE, { kind, id, owner }))
    },
    close: () => database.close(),
  }
}

/** The history of the document store's file. */
export const DOCUMENT_MIGRATIONS: readonly Migration[] = [createTables]

function createTables(file: Parameters<Migration>[0]): void {
  file.exec(`
    CREATE TABLE items (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      version INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT;
    CREATE INDEX items_by_time ON items (kind, updated_at, id, version);

    CREATE TABLE claims (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      owner TEXT NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
  `)
}

interface DocumentRow extends Omit<StoredDocument, 'value'> {
  readonly value: string
}

const GET = `SELECT value, version, updated_at AS updatedAt FROM items WHERE kind = :kind AND id = :id`
const ADD = `
  INSERT INTO items (kind, id, version, updated_at, value) VALUES (:kind, :id, 1, :now, :value)
  ON CONFLICT DO NOTHING RETURNING version`
const CHANGE = `
  UPDATE items SET version = version + 1, updated_at = :now, value = :value
  WHERE kind = :kind AND id = :id AND version = :expect RETURNING version`
const LIST = `
  SELECT id, version, updated_at AS updatedAt FROM items
  WHERE kind = :kind AND substr(id, 1, length(:prefix)) = :prefix ORDER BY updated_at DESC, id DESC LIMIT :limit`
const CLAIM = `
  INSERT INTO claims (kind, id, owner, until) VALUES (:kind, :id, :owner, :until)
  ON CONFLICT DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until <= :now
  RETURNING until`
const RELEASE = `DELETE FROM claims WHERE kind = :kind AND id = :id AND owner = :owner`
