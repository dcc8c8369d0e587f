/** Whole micro-dollars for people: `$4.50`, and small amounts exactly: `$0.000125`. Zero is `$0.00`. */
export function formatUsd(microUsd: number): string {
  const digits = microUsd === 0 || microUsd >= 1_000_000 ? 2 : microUsd >= 10_000 ? 4 : 6
  return `$${(microUsd / 1_000_000).toFixed(digits)}`
}
