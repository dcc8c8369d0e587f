import type { GenerateRequest, JsonSchema } from '../contract/generate.ts'
import { list } from './unknown.ts'

/** How a request for JSON is put to a model: by a schema the server enforces, by its plain JSON mode, or in words. */
export type JsonMode = 'schema' | 'object' | 'words'

/** Said to the model wherever the server does not see to the schema itself; the answer is validated above in any case. */
export function inWords(json: NonNullable<GenerateRequest['json']>): string {
  return `Answer with one JSON value that fits this JSON Schema, and with nothing else: no Markdown fence, no words around it.\n${JSON.stringify(json.schema)}`
}

/** OpenAI allows letters, digits, `_` and `-`, 64 at most. */
export function schemaName(json: NonNullable<GenerateRequest['json']>): string {
  const name = (json.name ?? '').replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
  return name === '' ? 'answer' : name
}

/** OpenAI's structured output wants an object at the root, strict or not. */
export function isObjectSchema(schema: JsonSchema): boolean {
  return schema['type'] === 'object'
}

/**
 * May `strict: true` be said of this schema? Strict takes a subset of JSON Schema: every object closed, every property
 * required, none but these keywords, ten levels at most. https://platform.openai.com/docs/guides/structured-outputs
 */
export function isStrict(schema: JsonSchema): boolean {
  return schema['type'] === 'object' && fits(schema, 0)
}

const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', '$ref', '$defs'],
  ...['definitions', 'title', 'description', 'pattern', 'format', 'multipleOf', 'minimum', 'maximum'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems'],
])

const FORMATS: ReadonlySet<string> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
])

function fits(given: unknown, depth: number): boolean {
  if (!isRecord(given) || depth > 10) return false
  if (Object.keys(given).some((keyword) => !KEYWORDS.has(keyword))) return false
  if (given['format'] !== undefined && !FORMATS.has(String(given['format']))) return false
  const properties = isRecord(given['properties']) ? given['properties'] : {}
  const isObject = list([given['type']].flat()).includes('object') || given['properties'] !== undefined
  if (isObject) {
    const required = new Set(list(given['required']))
    if (given['additionalProperties'] !== false) return false
    if (Object.keys(properties).some((name) => !required.has(name))) return false
  } else if (given['type'] === undefined && !['anyOf', '$ref', 'enum', 'const'].some((name) => name in given)) {
    return false
  }
  const inside = [
    ...Object.values(properties),
    ...(given['items'] === undefined ? [] : [given['items']]),
    ...list(given['anyOf']),
    ...Object.values(isRecord(given['$defs']) ? given['$defs'] : {}),
    ...Object.values(isRecord(given['definitions']) ? given['definitions'] : {}),
  ]
  return inside.every((schema) => fits(schema, depth + 1))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
