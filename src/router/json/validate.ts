import type { Ajv2020 } from 'ajv/dist/2020.js'
import { GenerateError } from '../../contract/errors.ts'
import type { JsonSchema } from '../../contract/generate.ts'

/** Says what is wrong with a value, one phrase each; nothing where it fits. */
export type SchemaValidator = (value: unknown) => readonly string[]

const MAX_PROBLEMS = 12
const MAX_CACHED = 50

/** Compiled checks by the text of their schema, the latest used last: agents ask by the same few schemas again and again. */
const validatorCache = new Map<string, SchemaValidator>()
let ajv: Promise<Ajv2020> | undefined

/**
 * The check of a JSON Schema (draft 2020-12; `format` is not checked). Throws `GenerateError` `invalid_request` with
 * what is wrong, where it is none.
 */
export async function getValidator(schema: JsonSchema): Promise<SchemaValidator> {
  const key = JSON.stringify(schema)
  const validate = validatorCache.get(key) ?? compileSchema(schema, await loadAjv())
  validatorCache.delete(key)
  validatorCache.set(key, validate)
  for (const oldest of validatorCache.keys()) {
    if (validatorCache.size <= MAX_CACHED) break
    validatorCache.delete(oldest)
  }
  return validate
}

function loadAjv(): Promise<Ajv2020> {
  ajv ??= import('ajv/dist/2020.js').then(
    ({ Ajv2020 }) =>
      new Ajv2020({ strict: false, allErrors: true, validateFormats: false, addUsedSchema: false, logger: false }),
  )
  return ajv
}

/** Any `$schema` is read as 2020-12, which takes what older drafts say in all but a few words. */
function compileSchema({ $schema: _, ...schema }: JsonSchema, compiler: Ajv2020): SchemaValidator {
  try {
    const validate = compiler.compile(schema)
    return (value) => {
      if (validate(value)) return []
      const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => {
        const detail = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : ''
        const allowed = 'allowedValues' in params ? ` (${JSON.stringify(params['allowedValues'])})` : ''
        return `${instancePath === '' ? 'the value' : instancePath} ${message ?? 'does not fit'}${detail}${allowed}`
      })
      return [...new Set(problems)].slice(0, MAX_PROBLEMS)
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
