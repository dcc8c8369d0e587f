/** A warning of a job's calls, such as a budget past 80 %, as a finding of its result. */
export function budgetFinding(message: string): {
  readonly code: 'BUDGET'
  readonly severity: 'warn'
  readonly message: string
} {
  return { code: 'BUDGET', severity: 'warn', message }
}
