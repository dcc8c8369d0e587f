import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'

/** The error with the warnings at its end, because a failed call has no result to hold them. */
export function appendWarnings(error: unknown, warnings: readonly string[]): unknown {
  if (!(error instanceof GenerateError) || warnings.length === 0) return error
  return new GenerateError(error.failure, [error.message, ...warnings].join(' '), { cause: error })
}

const shownWarnings = new WeakMap<App, Set<string>>()

/**
 * The warnings of the configuration that this tool has not shown yet in this process. Every result would otherwise
 * repeat them, at the cost of the model that reads it; `list_models` and `usage_report` always show all of them.
 */
export function takeSettingsWarnings(app: App, tool: string): readonly string[] {
  const shown = shownWarnings.get(app) ?? new Set<string>()
  shownWarnings.set(app, shown)
  const unshown = app.settings.warnings.filter((warning) => !shown.has(`${tool}\n${warning}`))
  for (const warning of unshown) shown.add(`${tool}\n${warning}`)
  return unshown
}
