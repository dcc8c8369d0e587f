import type { BudgetState, Hold, HoldRequest, Ledger, LedgerEntry } from '../../src/contract/ledger.ts'

export interface FakeLedger extends Pick<Ledger, 'hold' | 'budgets'> {
  /** Every hold that was granted, and how it ended. */
  readonly holds: readonly HoldRecord[]
  /** The settled ones, in the order in which they were settled. */
  readonly entries: readonly (HoldRequest & LedgerEntry)[]
  /** How many holds were open at once at most. */
  readonly maxOpenHolds: number
}

interface HoldRecord {
  readonly ask: HoldRequest
  /** How it ended; `open` while it has not. */
  readonly end: 'open' | 'settled' | 'released'
}

/**
 * A ledger in memory that watches its own protocol: amounts are whole and not negative, a hold expires after it
 * is made, and each is settled or released once. A violation throws a plain error, which no layer may swallow.
 */
export function fakeLedger(
  refuse: (ask: HoldRequest) => Extract<Hold, { ok: false }> | undefined = () => undefined,
  warn: (ask: HoldRequest) => readonly BudgetState[] = () => [],
  budgets: readonly BudgetState[] = [],
): FakeLedger {
  const holds: { ask: HoldRequest; end: HoldRecord['end'] }[] = []
  const entries: (HoldRequest & LedgerEntry)[] = []
  let most = 0
  return {
    holds,
    entries,
    get maxOpenHolds() {
      return most
    },
    budgets: async () => budgets,
    async hold(ask) {
      assertAmount('hold', ask.maxMicroUsd)
      if (ask.expiresAt <= ask.at) throw new Error('a hold that has expired before it begins')
      const refusal = refuse(ask)
      if (refusal) return refusal
      const held: { ask: HoldRequest; end: HoldRecord['end'] } = { ask, end: 'open' }
      holds.push(held)
      most = Math.max(most, holds.filter((one) => one.end === 'open').length)
      const end = (how: 'settled' | 'released'): void => {
        if (held.end !== 'open') throw new Error(`a hold that is ${held.end} cannot be ${how}`)
        held.end = how
      }
      return {
        ok: true,
        async settle(entry) {
          assertAmount('entry', entry.microUsd)
          end('settled')
          entries.push({ ...ask, ...entry })
          return warn(ask)
        },
        async release() {
          end('released')
        },
      }
    },
  }
}

function assertAmount(what: string, microUsd: number | undefined): void {
  if (microUsd === undefined || (Number.isSafeInteger(microUsd) && microUsd >= 0)) return
  throw new Error(`${what}: ${microUsd} is no amount of micro-dollars`)
}
