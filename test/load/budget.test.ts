import { describe, expect, test } from 'vitest'
import { BUDGET_MICRO_USD, runBudgetTest } from './budget.ts'

describe('processes that share a ledger and call all at once', { timeout: 90_000 }, () => {
  test('never spend past the budget', async () => {
    const { rounds, stderr } = await runBudgetTest({ processes: 6, signalled: 0, rounds: 1, calls: 'read' })
    expect(stderr).toBe('')
    for (const round of rounds) {
      expect(round).toMatchObject({ calls: 120, held: 0, inDoubt: 0, booked: round.billed })
      expect(round.billed).toBeLessThanOrEqual(BUDGET_MICRO_USD)
      expect(round.billed).toBeGreaterThan(0.6 * BUDGET_MICRO_USD)
      expect(Object.keys(round.ends).sort()).toEqual(['ok', 'over_budget'])
      for (const { failed, message, by, freeAt } of round.refusals) {
        expect([failed, by, freeAt]).toEqual(['over_budget', 'daily', expect.any(Number)])
        expect(message).toMatch(
          /^The budget "daily" \(\$0\.05.* a day for \*\) .* It resets at \d{4}-\d\d-\d\dT00:00:00Z/,
        )
      }
    }
  })

  test('never let a vendor bill more than the budget, although callers leave and answers have no counts', async () => {
    const { rounds, stderr } = await runBudgetTest({ processes: 5, signalled: 3, rounds: 1, calls: 'mixed' })
    for (const round of rounds) {
      expect(round).toMatchObject({ calls: 100, held: 0 })
      expect(round.attempts).toBeGreaterThanOrEqual(round.requests)
      expect(round.billed).toBeLessThanOrEqual(round.booked + round.inDoubt)
      expect(round.booked + round.inDoubt).toBeLessThanOrEqual(BUDGET_MICRO_USD)
      expect(round.inDoubt).toBeGreaterThan(0)
    }
    expect(stderr).toBe('')
  })
})
