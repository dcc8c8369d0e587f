import { parentPort } from 'node:worker_threads'
import { compileSchema } from './compile-schema.ts'

/** A task of the worker: the text of a schema, and of the values to check. */
export interface SchemaTask {
  readonly schemaText: string
  readonly valueTexts: readonly string[]
}

/** The problems of each value, in their order; or why the schema is not one. */
export type SchemaResult =
  | { readonly ok: true; readonly problems: readonly (readonly string[])[] }
  | { readonly ok: false; readonly message: string }

parentPort?.on('message', async (task: SchemaTask) => {
  parentPort?.postMessage(await runTask(task))
})
// Loads the compiler before the first task, whose time is limited.
void compileSchema('{}').then(() => parentPort?.postMessage('ready'))

async function runTask({ schemaText, valueTexts }: SchemaTask): Promise<SchemaResult> {
  try {
    const check = await compileSchema(schemaText)
    return { ok: true, problems: valueTexts.map((text) => check(JSON.parse(text))) }
  } catch (cause) {
    return { ok: false, message: cause instanceof Error ? cause.message : 'it cannot be read' }
  }
}
