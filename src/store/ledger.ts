import type { Budget, Hold, Ledger } from '../contract/ledger.ts'
import type { World } from '../contract/world.ts'
import { addHold, anyExpired, bookEntry, bookExpired, takeHold } from './book.ts'
import { openDatabase } from './database.ts'
import { LEDGER_FILE } from './ledger-file.ts'
import { callIds, callRecord, period } from './report.ts'
import { wall } from './wall.ts'

/**
 * Opens the ledger in a file, which any number of processes may share, or in memory for `:memory:`. Everything rejects
 * with `StoreError` when the file cannot be used; what was not confirmed then did not happen.
 */
export async function openLedger(
  path: string,
  { world, budgets }: { readonly world: World; readonly budgets: readonly Budget[] },
): Promise<Ledger> {
  const database = await openDatabase(path, LEDGER_FILE, world, 'soon')
  const { states, refusal, passed } = wall(budgets)

  /** Before anything is told, what has expired is booked: by whichever process comes first, so once only. */
  async function catchUp(): Promise<void> {
    const now = world.now()
    while (await database.read((sql) => anyExpired(sql, now))) await database.write((sql) => bookExpired(sql, now))
  }

  function held(id: number): Hold {
    return {
      ok: true,
      settle: (entry) =>
        database.write((sql) => {
          const hold = takeHold(sql, id, world.now())
          if (!hold) return []
          bookEntry(sql, hold, entry)
          return passed(sql, hold, entry.microUsd ?? 0)
        }),
      release: () => database.write((sql) => void takeHold(sql, id, world.now())),
    }
  }

  return {
    async hold(ask) {
      const answer = await database.write((sql) => {
        bookExpired(sql, world.now())
        return refusal(sql, ask) ?? addHold(sql, ask)
      })
      return typeof answer === 'number' ? held(answer) : answer
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
