import { GenerateError } from '../../contract/errors.ts'
import type { JsonSchema } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import { TimeoutError } from '../../lib/abort.ts'
import { formatCount } from '../../lib/text.ts'
import { createWorkerThread, type WorkerThread } from '../../lib/worker.ts'
import { compileSchema } from './compile-schema.ts'
import type { JsonText } from './extract.ts'
import type { SchemaResult, SchemaTask } from './schema-worker.ts'
import { workerSource } from './schema-worker-source.ts'

/** Checks values against one schema: the problems of each, in their order; none for a value that fits. */
export type SchemaCheck = (values: readonly JsonText[]) => Promise<readonly (readonly string[])[]>

/** Larger schemas are refused: no model follows them, and compiling them takes long. */
const MAX_SCHEMA_CHARS = 256_000
/** The largest schema that is compiled in the main thread, in a few milliseconds. */
const MAX_INLINE_SCHEMA_CHARS = 32_000
/** The largest product of schema and values (in characters) that is checked in the main thread, in a few milliseconds. */
const MAX_INLINE_WORK = 100_000_000
/** The longest that the worker may take for one answer. */
const CHECK_LIMIT_MS = 2_000

/** Keywords whose check may take more than linear time. A property of such a name costs only the way to the worker. */
const COSTLY_KEYWORDS = /"(?:pattern|patternProperties|\$ref|\$dynamicRef|\$recursiveRef|uniqueItems)"\s*:/

let worker: WorkerThread<SchemaTask, SchemaResult> | undefined

/**
 * The check of a JSON Schema. A caller's schema may need any time for an answer (a pattern that backtracks, references
 * that branch), so all but plain small ones run in a worker thread with a time limit.
 *
 * Throws `GenerateError` `invalid_request` for a text that is not a schema, is too large, or cannot be checked in time.
 */
export async function createSchemaCheck(world: World, schema: JsonSchema): Promise<SchemaCheck> {
  if (!isWithin(schema, MAX_SCHEMA_CHARS)) {
    throw schemaError(`json_schema is larger than ${formatCount(MAX_SCHEMA_CHARS)} characters: use a smaller one.`)
  }
  const schemaText = JSON.stringify(schema)
  const isPlain = schemaText.length <= MAX_INLINE_SCHEMA_CHARS && !COSTLY_KEYWORDS.test(schemaText)
  if (!isPlain) {
    await checkInWorker(world, { schemaText, valueTexts: [] })
    return (values) => checkInWorker(world, { schemaText, valueTexts: values.map(({ text }) => text) })
  }
  const check = await compileSchema(schemaText).catch((cause: unknown) => {
    throw notASchemaError(cause instanceof Error ? cause.message : 'it cannot be read', cause)
  })
  return async (values) => {
    const chars = values.reduce((sum, { text }) => sum + text.length, 0)
    if (schemaText.length * chars <= MAX_INLINE_WORK) return values.map(({ value }) => check(value))
    return checkInWorker(world, { schemaText, valueTexts: values.map(({ text }) => text) })
  }
}

async function checkInWorker(world: World, task: SchemaTask): Promise<readonly (readonly string[])[]> {
  worker ??= createWorkerThread(world, workerSource)
  let result: SchemaResult
  try {
    result = await worker.run(task, { limitMs: CHECK_LIMIT_MS })
  } catch (cause) {
    const why = cause instanceof TimeoutError ? `takes more than ${CHECK_LIMIT_MS / 1_000} s` : 'needs too much memory'
    throw schemaError(
      `Checking an answer against json_schema ${why}. Simplify it: patterns that repeat a repetition, and references that branch, are the usual cause.`,
      cause,
    )
  }
  if (!result.ok) throw notASchemaError(result.message)
  return result.problems
}

function notASchemaError(reason: string, cause?: unknown): GenerateError {
  return schemaError(`json_schema is not a JSON Schema (draft 2020-12): ${reason}.`, cause)
}

function schemaError(message: string, cause?: unknown): GenerateError {
  return new GenerateError({ kind: 'invalid_request', field: 'json_schema' }, message, { cause })
}

/** Is the value's JSON about `maxChars` long at most? Stops counting there, so a huge value costs no more. */
function isWithin(value: unknown, maxChars: number): boolean {
  let left = maxChars
  const stack: unknown[] = [value]
  while (stack.length > 0 && left >= 0) {
    const one = stack.pop()
    left -= 2
    if (typeof one === 'string') left -= one.length
    else if (typeof one === 'object' && one !== null) {
      for (const key in one) {
        left -= key.length + 2
        if (left < 0) return false
        stack.push((one as Readonly<Record<string, unknown>>)[key])
      }
    }
  }
  return left >= 0
}
