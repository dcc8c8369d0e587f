import type { GenerateRequest, JsonSchema } from '../../contract/generate.ts'
import { getPath } from '../http/json-access.ts'
import { schemaName } from '../request/json-mode.ts'
import type { ModelContext } from '../request/settings.ts'

/** How a model on this wire is asked for JSON. */
export type JsonPlan =
  /** Natively: the server holds the model to the schema. */
  | { readonly by: 'format'; readonly schema: JsonSchema }
  /** By a tool that the model must call: its input is the answer, or holds it as `value` where that is no object. */
  | { readonly by: 'tool'; readonly name: string; readonly schema: JsonSchema; readonly wrapped: boolean }
  | { readonly by: 'words' }

/**
 * Natively where the catalog says that the model can and the server takes the schema; else by a tool, also for a model
 * that nothing is known of; else in words.
 */
export async function planJson(
  request: GenerateRequest,
  { facts, quirks, unsupported }: ModelContext,
): Promise<JsonPlan> {
  const { json, tools = [] } = request
  if (!json || quirks.jsonMode === 'words') return { by: 'words' }
  const native = facts?.abilities.includes('json') && facts.status !== 'deprecated'
  if (native && !unsupported.has('format') && isClosable(json.schema)) {
    const schema = await toStrictSchema(json.schema)
    if (schema) return { by: 'format', schema }
  }
  if ((facts && !facts.abilities.includes('tools')) || unsupported.has('tool_choice')) return { by: 'words' }
  const taken = new Set(tools.map((tool) => tool.name))
  const name = [schemaName(json), 'final_answer', 'final_answer_'].find((one) => !taken.has(one)) ?? 'answer'
  return json.schema['type'] === 'object'
    ? { by: 'tool', name, schema: json.schema, wrapped: false }
    : { by: 'tool', name, schema: wrapInObject(json.schema), wrapped: true }
}

/**
 * The schema in the subset that the server enforces; other keywords go into descriptions, for the model to read.
 * Undefined where there is no such form. https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
async function toStrictSchema(schema: JsonSchema): Promise<JsonSchema | undefined> {
  const { transformJSONSchema } = await import('@anthropic-ai/sdk/lib/transform-json-schema')
  try {
    return transformJSONSchema(schema)
  } catch {
    return undefined
  }
}

/** False for maps, open objects and references: the server closes every object and follows no cycle. */
function isClosable(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosable)
  if (typeof schema !== 'object' || schema === null) return true
  const open = getPath(schema, 'additionalProperties')
  if (getPath(schema, '$ref') !== undefined || (open !== undefined && open !== false)) return false
  if (getPath(schema, 'type') === 'object' && getPath(schema, 'properties') === undefined) return false
  return Object.values(schema).every(isClosable)
}

/** Definitions stay at the root, where references look for them. */
function wrapInObject({ $defs, ...schema }: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { value: schema },
    required: ['value'],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
  }
}
