import type { Budget, Hold, HoldAsk, Ledger } from '../contract/ledger.ts'
import type { World } from '../contract/world.ts'
import { addHold, anyExpired, bookEntry, bookExpired, takeHold } from './book.ts'
import { openDatabase } from './database.ts'
import { LEDGER_FILE, LEDGER_PAGE_BYTES } from './ledger-file.ts'
import { callIds, callRecord, period } from './report.ts'
import type { Sql } from './statements.ts'
import { wall } from './wall.ts'

/**
 * Opens the ledger in a file, which any number of processes may share, or in memory for `:memory:`. Everything rejects
 * with `StoreError` when the file cannot be used; what was not confirmed then did not happen.
 */
export async function openLedger(
  path: string,
  { world, budgets }: { readonly world: World; readonly budgets: readonly Budget[] },
): Promise<Ledger> {
  const database = await openDatabase(path, LEDGER_FILE, world, { safe: 'soon', pageBytes: LEDGER_PAGE_BYTES })
  const { states, refusal, passed } = wall(budgets)

  /** Before anything is told, what has expired is booked: by whichever process comes first, so once only. */
  async function catchUp(): Promise<void> {
    const now = world.now()
    while (await database.read((sql) => anyExpired(sql, now))) await database.write((sql) => bookExpired(sql, now))
  }

  function held(id: number, ask: HoldAsk): Hold {
    let over = false
    /** Only the first counts: the same id may come again. */
    async function once<T>(work: (sql: Sql, hold: ReturnType<typeof takeHold>) => T): Promise<T | undefined> {
      if (over) return undefined
      over = true
      try {
        return await database.write((sql) => work(sql, takeHold(sql, id, ask, world.now())))
      } catch (error) {
        over = false // it did not happen, and may be tried again
        throw error
      }
    }
    return {
      ok: true,
      async settle(entry) {
        const warned = await once((sql, hold) => {
          if (!hold) return []
          bookEntry(sql, hold, entry)
          return passed(sql, hold, entry.microUsd ?? 0)
        })
        return warned ?? []
      },
      release: () => once(() => undefined),
    }
  }

  return {
    async hold(ask) {
      const answer = await database.write((sql) => {
        bookExpired(sql, world.now())
        return refusal(sql, ask) ?? addHold(sql, ask)
      })
      return typeof answer === 'number' ? held(answer, ask) : answer
    },
    async report(from, to) {
      await catchUp()
      return database.read((sql) => period(sql, from, to))
    },
    async budgets(now) {
      await catchUp()
      return database.read((sql) => states(sql, now))
    },
    async call(callId) {
      await catchUp()
      return database.read((sql) => callRecord(sql, callId))
    },
    callIds: (prefix, limit) => database.read((sql) => callIds(sql, prefix, limit)),
    close: () => database.close(),
  }
}
