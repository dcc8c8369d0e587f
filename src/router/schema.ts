import type { Ajv2020 } from 'ajv/dist/2020.js'
import { GenerateError } from '../contract/errors.ts'
import type { JsonSchema } from '../contract/generate.ts'

/** Says what is wrong with a value, one phrase each; nothing where it fits. */
export type Check = (value: unknown) => readonly string[]

const MOST_PROBLEMS = 12
const MOST_KEPT = 50

/** Compiled checks by the text of their schema, the latest used last: agents ask by the same few schemas again and again. */
const kept = new Map<string, Check>()
let ajv: Promise<Ajv2020> | undefined

/**
 * The check of a JSON Schema (draft 2020-12; `format` is not checked). Throws `GenerateError` `invalid_request` with
 * what is wrong, where it is none.
 */
export async function checkOf(schema: JsonSchema): Promise<Check> {
  const key = JSON.stringify(schema)
  const check = kept.get(key) ?? compiled(schema, await loaded())
  kept.delete(key)
  kept.set(key, check)
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break
    kept.delete(oldest)
  }
  return check
}

function loaded(): Promise<Ajv2020> {
  ajv ??= import('ajv/dist/2020.js').then(
    ({ Ajv2020 }) =>
      new Ajv2020({ strict: false, allErrors: true, validateFormats: false, addUsedSchema: false, logger: false }),
  )
  return ajv
}

/** Any `$schema` is read as 2020-12, which takes what older drafts say in all but a few words. */
function compiled({ $schema: _, ...schema }: JsonSchema, with2020: Ajv2020): Check {
  try {
    const validate = with2020.compile(schema)
    return (value) => {
      if (validate(value)) return []
      const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => {
        const detail = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : ''
        const allowed = 'allowedValues' in params ? ` (${JSON.stringify(params['allowedValues'])})` : ''
        return `${instancePath === '' ? 'the value' : instancePath} ${message ?? 'does not fit'}${detail}${allowed}`
      })
      return [...new Set(problems)].slice(0, MOST_PROBLEMS)
    }
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : 'it cannot be read'
    throw new GenerateError(
      { kind: 'invalid_request', field: 'json_schema' },
      `json_schema is not a JSON Schema (draft 2020-12): ${what}.`,
      { cause },
    )
  }
}
