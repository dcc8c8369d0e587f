import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'

interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warn' | 'info'
  readonly message: string
}

/** A job's result, with what its calls have brought to light that no result has told yet: a budget past 80 %. */
export function withBudgetWarnings<Result extends { readonly findings: readonly Finding[] }>(
  app: App,
  result: Result,
): Result {
  const budgetFindings = app.takeWarnings().map((message): Finding => ({ code: 'BUDGET', severity: 'warn', message }))
  return budgetFindings.length === 0 ? result : { ...result, findings: [...budgetFindings, ...result.findings] }
}

/** The error of a call that failed and so has no result to be warned in, with the warnings at its end. */
export function appendWarnings(error: unknown, warnings: readonly string[]): unknown {
  if (!(error instanceof GenerateError) || warnings.length === 0) return error
  return new GenerateError(error.failure, [error.message, ...warnings].join(' '), { cause: error })
}
