import type { Budget, Hold, HoldRequest, Ledger } from '../../../contract/ledger.ts'
import type { World } from '../../../contract/world.ts'
import { createBudgetBook } from '../../budgets.ts'
import { createLazyDatabase } from '../lazy-database.ts'
import type { Sql } from '../statements.ts'
import { readBudgetStates, readNewWarnings, readRefusal } from './budget-states.ts'
import { addEntry, addHold, expireHolds, hasExpiredHolds, settleEntriesInDoubt, takeHold } from './entries.ts'
import { readCall, readCallIds, readCallIdsInDoubt, readPeriod } from './report.ts'
import { LEDGER_MIGRATIONS, LEDGER_PAGE_BYTES } from './schema.ts'

/**
 * The ledger in a file, which any number of processes may share, or in memory for `:memory:`. The file is opened at the
 * first use and made at the first write; a ledger without a file is empty. Everything rejects
 * with `StoreError` when the file cannot be used; then nothing of it happened.
 */
export async function openLedger(
  path: string,
  { world, budgets }: { readonly world: World; readonly budgets: readonly Budget[] },
): Promise<Ledger> {
  const database = createLazyDatabase(path, {
    migrations: LEDGER_MIGRATIONS,
    ...{ world, durability: 'delayed', pageBytes: LEDGER_PAGE_BYTES },
  })
  const book = createBudgetBook(budgets)

  /** Reports count expired holds as spent. The first process that looks books them, so each is booked once. */
  async function expireOverdueHolds(): Promise<void> {
    const now = world.now()
    while (await database.read((sql) => hasExpiredHolds(sql, now))) await database.write((sql) => expireHolds(sql, now))
  }

  function createHold(id: number, request: HoldRequest): Hold {
    let ended = false
    /** Only the first end counts, because the same id may be given to another hold. */
    async function runOnce<T>(work: (sql: Sql, hold: ReturnType<typeof takeHold>) => T): Promise<T | undefined> {
      if (ended) return undefined
      ended = true
      try {
        return await database.write((sql) => work(sql, takeHold(sql, id, request, world.now())))
      } catch (error) {
        ended = false // it did not happen, and may be tried again
        throw error
      }
    }
    return {
      ok: true,
      async settle(entry) {
        const warnings = await runOnce((sql, hold) => {
          if (!hold) return []
          const addedMicroUsd = addEntry(sql, hold, entry)
          return readNewWarnings(sql, book, hold, addedMicroUsd)
        })
        return warnings ?? []
      },
      release: () => runOnce(() => undefined),
    }
  }

  return {
    async hold(request) {
      const result = await database.write((sql) => {
        expireHolds(sql, world.now())
        return readRefusal(sql, book, request) ?? addHold(sql, request)
      })
      return typeof result === 'number' ? createHold(result, request) : result
    },
    async report(from, to) {
      await expireOverdueHolds()
      return database.read((sql) => readPeriod(sql, from, to))
    },
    async budgets(now) {
      await expireOverdueHolds()
      return database.read((sql) => readBudgetStates(sql, book, now))
    },
    async getCall(callId) {
      await expireOverdueHolds()
      return database.read((sql) => readCall(sql, callId))
    },
    listCallIds: (prefix, limit) => database.read((sql) => readCallIds(sql, prefix, limit)),
    listCallIdsInDoubt: (limit) => database.read((sql) => readCallIdsInDoubt(sql, limit)),
    settleInDoubt: (callId, billedMicroUsd) =>
      database.write((sql) => settleEntriesInDoubt(sql, callId, billedMicroUsd)),
    close: () => database.close(),
  }
}
