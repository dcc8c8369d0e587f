import type { z } from 'zod'
import type { App } from '../app.ts'

/** A tool is one value: what a model reads about it, its two schemas, and what it does. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: Input
  readonly output: Output
  /** None may be left out: an undefined hint is a silent gap. */
  readonly hints: {
    readonly readOnly: boolean
    readonly destructive: boolean
    readonly idempotent: boolean
    readonly openWorld: boolean
  }
  /** The fields of the result that are prose: in the text they come first and whole, each under no heading. */
  readonly prose?: readonly (keyof z.output<Output> & string)[]
  /** Throws `GenerateError`, `StoreError` or `UserError`, whose messages hold the way out; anything else is a fault of ours. */
  run(input: z.output<Input>, context: ToolContext): Promise<z.output<Output>>
}

/** What a running tool is given beside its input. */
export interface ToolContext {
  readonly app: App
  readonly signal: AbortSignal
  /** Tells the person how far it is. Without a number, it is simply further than before. */
  progress(update: ProgressUpdate): void
}

export interface ProgressUpdate {
  readonly message: string
  readonly done?: number
  readonly total?: number
}

/** What a person or a model asked for cannot be done as asked; the message says how it can. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** Keeps the two schemas' types together while the tool is written. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  spec: Tool<Input, Output>,
): Tool<Input, Output> {
  return spec
}
