import type { z } from 'zod'
import type { App } from '../app.ts'

/** A tool is one value: its text for models, its two schemas, and its function. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: Input
  readonly output: Output
  /** All four are required, because an undefined hint is a silent gap. */
  readonly hints: {
    readonly readOnly: boolean
    readonly destructive: boolean
    readonly idempotent: boolean
    readonly openWorld: boolean
  }
  /** The most important sentence of a result; its text begins with it. */
  headline?(result: z.output<Output>): string
  /** The fields of the result that are prose: in the text they follow the headline, whole and without their names. */
  readonly prose?: readonly (keyof z.output<Output> & string)[]
  /** Throws `GenerateError`, `StoreError` or `UserError`, whose messages hold the way out; any other error is a bug. */
  run(input: z.output<Input>, context: ToolContext): Promise<z.output<Output>>
}

/** The surroundings of a running tool. */
export interface ToolContext {
  readonly app: App
  readonly signal: AbortSignal
  /** Reports to the person how far the work is. An update without `done` only says that it goes on. */
  progress(update: ProgressUpdate): void
}

export interface ProgressUpdate {
  readonly message: string
  readonly done?: number
  readonly total?: number
}

/** A request that cannot be done as it was made; the message says how it can. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** Keeps the two schemas' types together while the tool is written. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  spec: Tool<Input, Output>,
): Tool<Input, Output> {
  return spec
}
