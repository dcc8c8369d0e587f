import type { z } from 'zod'
import { createApp } from './app.ts'
import type { Generate } from './contract/generate.ts'
import type { World } from './contract/world.ts'
import { buildUsageReport, type UsageReport } from './report.ts'
import developScript from './tools/develop-script.ts'
import generateText from './tools/generate-text.ts'
import listModels from './tools/list-models.ts'
import planTasks from './tools/plan-tasks.ts'
import type { ProgressUpdate, Tool } from './tools/tool.ts'

export type { Failure, FailureKind } from './contract/errors.ts'
export { GenerateError } from './contract/errors.ts'
export type {
  Attempt,
  Call,
  Generate,
  GenerateEvent,
  GenerateRequest,
  Message,
  Part,
  Usage,
} from './contract/generate.ts'
export type { World } from './contract/world.ts'
export type { UsageReport } from './report.ts'

/** Showrunner as a library: the tools as functions, with the same shapes in snake case. */
export interface Showrunner {
  /** The router: a request in, a stream of events out. Throws `GenerateError`. */
  readonly generate: Generate
  /**
   * One answer: text, model, tokens, cost in US dollars, every attempt. Waits an hour unless `wait_seconds` is given.
   * Throws `GenerateError`.
   */
  readonly generateText: Run<typeof generateText>
  /** The models that can be asked, with prices in US dollars for a million tokens. */
  readonly listModels: Run<typeof listModels>
  /** A screenplay as a job; call again with `script_id` while its `status` is `running`. Throws `GenerateError`. */
  readonly developScript: Run<typeof developScript>
  /** A plan as a job; call again with `plan_id` while its `status` is `running`. Throws `GenerateError`. */
  readonly planTasks: Run<typeof planTasks>
  /** Spending over `today`, `7d`, `30d`, `month`, `all`, `YYYY-MM` or `YYYY-MM-DD` (UTC), and every budget. Throws `RangeError`. */
  usage(...periods: readonly string[]): Promise<UsageReport>
  /** Stops running jobs where they are saved, and closes the ledger. */
  close(): Promise<void>
}

export interface ShowrunnerOptions {
  /** Keys, addresses and quick settings in place of the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The folder of `.env` and `showrunner.json`. Default: the working directory. */
  readonly cwd?: string
  /** Time, random numbers, network and stderr, for tests. */
  readonly world?: World
}

export interface RunOptions {
  /** Aborting it aborts the upstream request at once and books its cost. */
  readonly signal?: AbortSignal
  readonly onProgress?: (step: ProgressUpdate) => void
}

type Run<T extends Tool> = (input: z.input<T['input']>, options?: RunOptions) => Promise<z.output<T['output']>>

/** A program has no client with a time-out, so it waits for the answer. */
const LIBRARY_WAIT_SECONDS = 3600

/** Reads the configuration as the server does. Throws `ConfigError` with every problem of it at once. */
export function createShowrunner(options: ShowrunnerOptions = {}): Showrunner {
  const { env = process.env, cwd = process.cwd(), world } = options
  const app = createApp({ env, cwd, ...(world && { world }) })
  const run =
    <I extends z.ZodObject, O extends z.ZodObject>(tool: Tool<I, O>) =>
    (
      input: z.input<I>,
      { signal = new AbortController().signal, onProgress = () => {} }: RunOptions = {},
    ): Promise<z.output<O>> =>
      tool.run(tool.input.parse(input), { app, signal, progress: onProgress })
  return {
    generate: app.generate,
    generateText: (input, options) => run(generateText)({ wait_seconds: LIBRARY_WAIT_SECONDS, ...input }, options),
    listModels: run(listModels),
    developScript: run(developScript),
    planTasks: run(planTasks),
    usage: (...periods) => buildUsageReport(app, periods.length > 0 ? periods : undefined),
    close: app.close,
  }
}
