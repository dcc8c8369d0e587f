import type { Budget, Hold, HoldRequest, Ledger } from '../../../contract/ledger.ts'
import type { World } from '../../../contract/world.ts'
import { openDatabase } from '../database.ts'
import type { Sql } from '../statements.ts'
import { createBudgetChecker } from './budgets.ts'
import { addEntry, addHold, expireHolds, hasExpiredHolds, takeHold } from './entries.ts'
import { readCall, readCallIds, readPeriod } from './report.ts'
import { LEDGER_MIGRATIONS, LEDGER_PAGE_BYTES } from './schema.ts'

/**
 * Opens the ledger in a file, which any number of processes may share, or in memory for `:memory:`. Everything rejects
 * with `StoreError` when the file cannot be used; what was not confirmed then did not happen.
 */
export async function openLedger(
  path: string,
  { world, budgets }: { readonly world: World; readonly budgets: readonly Budget[] },
): Promise<Ledger> {
  const database = await openDatabase(path, LEDGER_MIGRATIONS, world, {
    durability: 'soon',
    pageBytes: LEDGER_PAGE_BYTES,
  })
  const { listStates, findRefusal, findNewWarnings } = createBudgetChecker(budgets)

  /** Before anything is told, what has expired is booked: by whichever process comes first, so once only. */
  async function expireOverdueHolds(): Promise<void> {
    const now = world.now()
    while (await database.read((sql) => hasExpiredHolds(sql, now))) await database.write((sql) => expireHolds(sql, now))
  }

  function createHold(id: number, request: HoldRequest): Hold {
    let ended = false
    /** Only the first counts: the same id may come again. */
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
          addEntry(sql, hold, entry)
          return findNewWarnings(sql, hold, entry.microUsd ?? 0)
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
        return findRefusal(sql, request) ?? addHold(sql, request)
      })
      return typeof result === 'number' ? createHold(result, request) : result
    },
    async report(from, to) {
      await expireOverdueHolds()
      return database.read((sql) => readPeriod(sql, from, to))
    },
    async budgets(now) {
      await expireOverdueHolds()
      return database.read((sql) => listStates(sql, now))
    },
    async getCall(callId) {
      await expireOverdueHolds()
      return database.read((sql) => readCall(sql, callId))
    },
    listCallIds: (prefix, limit) => database.read((sql) => readCallIds(sql, prefix, limit)),
    close: () => database.close(),
  }
}
