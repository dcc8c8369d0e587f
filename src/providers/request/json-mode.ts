import type { GenerateRequest, JsonSchema } from '../../contract/generate.ts'
import { asArray } from '../http/json-access.ts'

/** How a model is asked for JSON: by a schema that the server enforces, by its plain JSON mode, or in words. */
export type JsonMode = 'schema' | 'object' | 'words'

/** The instructions for a model whose server does not enforce the schema. The router validates every answer. */
export function jsonInstructions(json: NonNullable<GenerateRequest['json']>): string {
  return `Answer with one JSON value that fits this JSON Schema, and with nothing else: no Markdown fence, no words around it.\n${JSON.stringify(json.schema)}`
}

/** OpenAI allows letters, digits, `_` and `-`, 64 at most. */
export function schemaName(json: NonNullable<GenerateRequest['json']>): string {
  const name = (json.name ?? '').replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
  return name === '' ? 'answer' : name
}

/** OpenAI's structured output needs an object at the root, strict or not. */
export function isObjectSchema(schema: JsonSchema): boolean {
  return schema['type'] === 'object'
}

/**
 * True where `strict: true` may be set for this schema. Strict takes a subset of JSON Schema: every object closed, every property
 * required, none but these keywords, ten levels at most. https://platform.openai.com/docs/guides/structured-outputs
 */
export function canBeStrict(schema: JsonSchema): boolean {
  return schema['type'] === 'object' && fitsStrictSubset(schema, 0)
}

const STRICT_KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', '$ref', '$defs'],
  ...['definitions', 'title', 'description', 'pattern', 'format', 'multipleOf', 'minimum', 'maximum'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems'],
])

const STRICT_FORMATS: ReadonlySet<string> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
])

function fitsStrictSubset(schema: unknown, depth: number): boolean {
  if (!isRecord(schema) || depth > 10) return false
  if (Object.keys(schema).some((keyword) => !STRICT_KEYWORDS.has(keyword))) return false
  if (schema['format'] !== undefined && !STRICT_FORMATS.has(String(schema['format']))) return false
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const isObject = asArray([schema['type']].flat()).includes('object') || schema['properties'] !== undefined
  if (isObject) {
    const required = new Set(asArray(schema['required']))
    if (schema['additionalProperties'] !== false) return false
    if (Object.keys(properties).some((name) => !required.has(name))) return false
  } else if (schema['type'] === undefined && !['anyOf', '$ref', 'enum', 'const'].some((name) => name in schema)) {
    return false
  }
  const subschemas = [
    ...Object.values(properties),
    ...(schema['items'] === undefined ? [] : [schema['items']]),
    ...asArray(schema['anyOf']),
    ...Object.values(isRecord(schema['$defs']) ? schema['$defs'] : {}),
    ...Object.values(isRecord(schema['definitions']) ? schema['definitions'] : {}),
  ]
  return subschemas.every((subschema) => fitsStrictSubset(subschema, depth + 1))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
