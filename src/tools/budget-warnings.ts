import { GenerateError } from '../contract/errors.ts'

/** The error of a call that failed and so has no result to be warned in, with the warnings at its end. */
export function appendWarnings(error: unknown, warnings: readonly string[]): unknown {
  if (!(error instanceof GenerateError) || warnings.length === 0) return error
  return new GenerateError(error.failure, [error.message, ...warnings].join(' '), { cause: error })
}
