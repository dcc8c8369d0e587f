import type { JsonSchema } from '../../contract/generate.ts'
import { countResolution, testPattern } from './bounds.ts'

/** A schema with its references followed and its `allOf` merged; `true` and anything that is no schema become `{}`. */
export function resolveSchema(schema: unknown, root: JsonSchema): JsonSchema {
  if (!isObject(schema)) return {}
  countResolution(root)
  const { $ref, allOf, ...own } = schema
  const parts: readonly unknown[] = [
    ...(typeof $ref === 'string' ? [resolveReference($ref, root)] : []),
    ...asArray(allOf),
  ]
  return parts.reduce<JsonSchema>((whole, part) => mergeSchemas(whole, resolveSchema(part, root)), own)
}

/** One schema that asks for all that both ask for. */
function mergeSchemas(a: JsonSchema, b: JsonSchema): JsonSchema {
  const both = { ...a, ...b }
  for (const [keyword, join] of Object.entries(KEYWORD_MERGERS)) {
    if (a[keyword] !== undefined && b[keyword] !== undefined) both[keyword] = join(a[keyword], b[keyword])
  }
  return both
}

/**
 * The schemas to choose among: those of `anyOf` or `oneOf`, each merged with the keywords beside it, choices within
 * choices included; or one for each `type` of a list.
 */
export function branchesOf(schema: JsonSchema, root: JsonSchema, depth = 0): readonly JsonSchema[] {
  const { anyOf, oneOf, ...base } = schema
  const listed = [...asArray(anyOf), ...asArray(oneOf)]
  if (listed.length > 0 && depth < 8)
    return listed.flatMap((branch) => branchesOf(mergeSchemas(base, resolveSchema(branch, root)), root, depth + 1))
  if (Array.isArray(schema['type'])) return schema['type'].map((type: unknown) => ({ ...schema, type }))
  return [schema]
}

export const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const asNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

export const propertiesOf = (schema: JsonSchema): JsonSchema =>
  isObject(schema['properties']) ? schema['properties'] : {}

export const requiredOf = (schema: JsonSchema): readonly string[] =>
  asArray(schema['required']).filter((name) => typeof name === 'string')

/** The type of a schema, by its `type` or by its other keywords. */
export function typeOf(schema: JsonSchema): string {
  if (typeof schema['type'] === 'string') return schema['type']
  const shown = Object.entries(KEYWORDS_BY_TYPE).find(([, keywords]) =>
    keywords.some((keyword) => schema[keyword] !== undefined),
  )
  return shown?.[0] ?? 'string'
}

/** True where a value fits the keywords that the understudy knows; others are not checked. */
export function matchesSchema(value: unknown, given: unknown, root: JsonSchema): boolean {
  if (given === false) return false
  const schema = resolveSchema(given, root)
  const { anyOf, oneOf, enum: allowed } = schema
  const fitting = (branch: unknown): boolean => matchesSchema(value, branch, root)
  if (Array.isArray(anyOf) && !anyOf.some(fitting)) return false
  if (Array.isArray(oneOf) && oneOf.filter(fitting).length !== 1) return false
  if (Array.isArray(allowed) && !allowed.some((one) => same(one, value))) return false
  if ('const' in schema && !same(schema['const'], value)) return false
  const types = [schema['type'] ?? []].flat()
  if (types.length > 0 && !types.some((type) => TYPE_CHECKS[String(type)]?.(value))) return false
  if (typeof value === 'string') return fitsString(value, schema)
  if (typeof value === 'number') return fitsNumber(value, schema)
  if (Array.isArray(value)) return fitsArray(value, schema, root)
  return !isObject(value) || fitsObject(value, schema, root)
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const within = (count: number, least: unknown, most: unknown): boolean =>
  count >= (asNumber(least) ?? Number.NEGATIVE_INFINITY) && count <= (asNumber(most) ?? Number.POSITIVE_INFINITY)

function fitsString(value: string, schema: JsonSchema): boolean {
  const { minLength, maxLength, pattern } = schema
  return within([...value].length, minLength, maxLength) && (typeof pattern !== 'string' || testPattern(pattern, value))
}

function fitsNumber(value: number, schema: JsonSchema): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  return (
    within(value, minimum, maximum) &&
    value > (asNumber(exclusiveMinimum) ?? Number.NEGATIVE_INFINITY) &&
    value < (asNumber(exclusiveMaximum) ?? Number.POSITIVE_INFINITY) &&
    Number.isInteger(value / (asNumber(multipleOf) ?? value) || 0)
  )
}

function fitsArray(value: readonly unknown[], schema: JsonSchema, root: JsonSchema): boolean {
  const { minItems, maxItems, prefixItems, items, uniqueItems } = schema
  const first = asArray(prefixItems)
  return (
    within(value.length, minItems, maxItems) &&
    value.every((item, index) => matchesSchema(item, first[index] ?? items ?? true, root)) &&
    (uniqueItems !== true || new Set(value.map((item) => JSON.stringify(item))).size === value.length)
  )
}

function fitsObject(value: JsonSchema, schema: JsonSchema, root: JsonSchema): boolean {
  const { minProperties, maxProperties, additionalProperties, propertyNames } = schema
  const properties = propertiesOf(schema)
  return (
    within(Object.keys(value).length, minProperties, maxProperties) &&
    requiredOf(schema).every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => matchesSchema(name, propertyNames ?? true, root)) &&
    Object.entries(value).every(([name, part]) =>
      matchesSchema(part, Object.hasOwn(properties, name) ? properties[name] : (additionalProperties ?? true), root),
    )
  )
}

const TYPE_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
}

const KEYWORDS_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'propertyNames', 'minProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
}

const larger = (a: unknown, b: unknown): unknown => Math.max(Number(a), Number(b))
const smaller = (a: unknown, b: unknown): unknown => Math.min(Number(a), Number(b))
const union = (a: unknown, b: unknown): unknown => [...new Set([...asArray(a), ...asArray(b)])]

/** Keywords that two schemas may both have without one undoing the other. */
const KEYWORD_MERGERS: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  required: union,
  minimum: larger,
  maximum: smaller,
  minLength: larger,
  maxLength: smaller,
  minItems: larger,
  maxItems: smaller,
  enum: (a, b) => asArray(a).filter((one) => asArray(b).some((other) => same(one, other))),
  properties(a, b) {
    const [ours, theirs] = [isObject(a) ? a : {}, isObject(b) ? b : {}]
    const shared = Object.keys(ours).filter((name) => Object.hasOwn(theirs, name))
    return {
      ...ours,
      ...theirs,
      ...Object.fromEntries(shared.map((name) => [name, { allOf: [ours[name], theirs[name]] }])),
    }
  },
}

/** Follows a reference within the document: `#`, `#/$defs/Scene`. */
function resolveReference(ref: string, root: JsonSchema): unknown {
  const steps = ref.replace(/^#\/?/, '').split('/').filter(Boolean)
  return steps.reduce<unknown>((here, step) => {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    return isObject(here) ? here[name] : Array.isArray(here) ? here[Number(name)] : undefined
  }, root)
}
