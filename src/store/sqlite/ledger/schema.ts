import type { Migration } from '../open-file.ts'

/**
 * The history of the ledger's file. `entries` has one row for each attempt that ended. `sums` holds the same money and
 * counts by day, by month and in total, once by model and once by tool, kept in the transaction that adds the entry, so
 * that neither a hold nor a report has to read the entries. `holds` has one row for each attempt under way.
 */
export const LEDGER_MIGRATIONS: readonly Migration[] = [createTables, rebuildHoldsTable, addAmountsInDoubt]

/** A commit writes whole pages: with small ones a hold and its settle write a third of the bytes. */
export const LEDGER_PAGE_BYTES = 2_048

function createTables(file: Parameters<Migration>[0]): void {
  file.exec(`
    CREATE TABLE entries (
      seq INTEGER PRIMARY KEY,
      call_id TEXT NOT NULL,
      tool TEXT NOT NULL,
      provider TEXT NOT NULL,
      model TEXT NOT NULL,
      at INTEGER NOT NULL,
      first INTEGER NOT NULL,
      fallback INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      latency_ms INTEGER NOT NULL,
      input_tokens INTEGER,
      cached_input_tokens INTEGER,
      cache_write_tokens INTEGER,
      output_tokens INTEGER,
      reasoning_tokens INTEGER,
      micro_usd INTEGER,
      estimated INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX entries_by_call ON entries (call_id);

    -- An id is never used again, because a late settle must not find another attempt's hold.
    CREATE TABLE holds (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      call_id TEXT NOT NULL,
      tool TEXT NOT NULL,
      provider TEXT NOT NULL,
      model TEXT NOT NULL,
      at INTEGER NOT NULL,
      first INTEGER NOT NULL,
      fallback INTEGER NOT NULL,
      micro_usd INTEGER,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX holds_by_expiry ON holds (expires_at);

    -- per: day, month or total. begins: its first moment, ms since the epoch, UTC; 0 for total.
    -- sort: model or tool. key: provider/model, or the tool's name.
    CREATE TABLE sums (
      per TEXT NOT NULL,
      begins INTEGER NOT NULL,
      sort TEXT NOT NULL,
      key TEXT NOT NULL,
      calls INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      failures INTEGER NOT NULL,
      fallbacks INTEGER NOT NULL,
      input_tokens INTEGER NOT NULL,
      cached_input_tokens INTEGER NOT NULL,
      output_tokens INTEGER NOT NULL,
      reasoning_tokens INTEGER NOT NULL,
      micro_usd INTEGER NOT NULL,
      unpriced_attempts INTEGER NOT NULL,
      estimated_attempts INTEGER NOT NULL,
      lost_holds INTEGER NOT NULL,
      PRIMARY KEY (per, sort, begins, key)
    ) STRICT, WITHOUT ROWID;
  `)
}

/**
 * A hold comes and goes with every attempt, and each page that it touches is written. There are few holds at a time, so
 * the one index cost more than it saved; and a settle names call and moment, so an id may be used again.
 */
function rebuildHoldsTable(file: Parameters<Migration>[0]): void {
  file.exec(`
    CREATE TABLE holds_under_way (
      id INTEGER PRIMARY KEY,
      call_id TEXT NOT NULL,
      tool TEXT NOT NULL,
      provider TEXT NOT NULL,
      model TEXT NOT NULL,
      at INTEGER NOT NULL,
      first INTEGER NOT NULL,
      fallback INTEGER NOT NULL,
      micro_usd INTEGER,
      expires_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO holds_under_way SELECT * FROM holds;
    DROP TABLE holds;
    ALTER TABLE holds_under_way RENAME TO holds;
  `)
}

/** Attempts that ended without the provider's count may still be billed more than their estimate. */
function addAmountsInDoubt(file: Parameters<Migration>[0]): void {
  file.exec(`
    ALTER TABLE entries ADD COLUMN in_doubt_micro_usd INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sums ADD COLUMN in_doubt_micro_usd INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX entries_in_doubt ON entries (call_id) WHERE in_doubt_micro_usd > 0;
  `)
}
