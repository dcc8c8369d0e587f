import type { Ajv2020 } from 'ajv/dist/2020.js'

/** Describes what is wrong with a value, one phrase each; nothing where it fits. */
export type ValueCheck = (value: unknown) => readonly string[]

const MAX_PROBLEMS = 12
const MAX_CACHED = 50

/** Compiled checks by the text of their schema, the last used at the end, because agents use the same few schemas. */
const checkCache = new Map<string, ValueCheck>()
let ajv: Promise<Ajv2020> | undefined

/**
 * The check of a JSON Schema (draft 2020-12; `format` is not checked). Throws ajv's own error where the text is not a
 * schema.
 */
export async function compileSchema(schemaText: string): Promise<ValueCheck> {
  const check = checkCache.get(schemaText) ?? createCheck(schemaText, await loadAjv())
  checkCache.delete(schemaText)
  checkCache.set(schemaText, check)
  for (const oldest of checkCache.keys()) {
    if (checkCache.size <= MAX_CACHED) break
    checkCache.delete(oldest)
  }
  return check
}

function loadAjv(): Promise<Ajv2020> {
  ajv ??= import('ajv/dist/2020.js').then(
    ({ Ajv2020 }) =>
      new Ajv2020({ strict: false, allErrors: true, validateFormats: false, addUsedSchema: false, logger: false }),
  )
  return ajv
}

/** Any `$schema` is read as 2020-12, which understands older drafts but for a few keywords. */
function createCheck(schemaText: string, compiler: Ajv2020): ValueCheck {
  const { $schema: _, ...schema } = JSON.parse(schemaText) as Readonly<Record<string, unknown>>
  const validate = compiler.compile(schema)
  return (value) => {
    if (validate(value)) return []
    const problems = (validate.errors ?? []).slice(0, 20 * MAX_PROBLEMS).map(({ instancePath, message, params }) => {
      const detail = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : ''
      const allowed = 'allowedValues' in params ? ` (${JSON.stringify(params['allowedValues'])})` : ''
      return `${instancePath === '' ? 'the value' : instancePath} ${message ?? 'does not fit'}${detail}${allowed}`
    })
    return [...new Set(problems)].slice(0, MAX_PROBLEMS)
  }
}
