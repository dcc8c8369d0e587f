import { expect, test } from 'vitest'
import { BUDGET_MICRO_USD, runBudgetTest } from './budget.ts'

test('processes that share a ledger and call all at once never spend past the budget', {
  timeout: 60_000,
}, async () => {
  const { rounds, stderr } = await runBudgetTest({ processes: 6, rounds: 1 })
  expect(stderr).toBe('')
  for (const round of rounds) {
    expect(round).toMatchObject({ calls: 120, held: 0, booked: round.billed })
    expect(round.billed).toBeLessThanOrEqual(BUDGET_MICRO_USD)
    expect(round.billed).toBeGreaterThan(0.6 * BUDGET_MICRO_USD)
    expect(round.refusals.length).toBeGreaterThan(0)
    for (const { failed, message, by, freeAt } of round.refusals) {
      expect([failed, by, freeAt]).toEqual(['over_budget', 'daily', expect.any(Number)])
      expect(message).toMatch(
        /^The budget "daily" \(\$0\.05.* a day for \*\) .* It resets at \d{4}-\d\d-\d\dT00:00:00Z/,
      )
    }
  }
})
