import type { JsonSchema } from '../../contract/generate.ts'
import { beginSchema, countValue } from './bounds.ts'
import { distributeNumbers, fillReference, fillReferences, recordIds } from './links.ts'
import { markPlaceholder } from './placeholder-mark.ts'
import type { RandomSource } from './random.ts'
import {
  castOf,
  elementOf,
  omissionProbability,
  pickNextTag,
  TAG_PROPERTY,
  tagsOf,
  tagWords,
} from './scene-elements.ts'
import {
  asArray,
  asNumber,
  branchesOf,
  isObject,
  matchesSchema,
  propertiesOf,
  requiredOf,
  resolveSchema,
  typeOf,
} from './schema.ts'
import type { FieldSlot, FillContext, Tag } from './types.ts'
import { fillNumber, fillString } from './values.ts'
import type { Writer } from './writer.ts'

/**
 * A value of a JSON Schema that reads like a draft: filled by what its properties are called, its ids in order, its
 * references to what is there, and one of its sentences saying that all of it is a placeholder, where one has the room.
 * `startDate` is its first date. Throws `RangeError` for a schema that asks for more than `bounds.ts` allows.
 */
export function fillSchema(schema: JsonSchema, writer: Writer, random: RandomSource, startDate: string): unknown {
  beginSchema(schema)
  writer.setCast([...new Set(castOf(schema))])
  const isPlan = /"(?:tasks?|milestones?|estimate\w*|risks?|deliverables?)"/.test(JSON.stringify(schema))
  let value: unknown
  for (let attempt = 0; attempt < 6; attempt++) {
    const context: FillContext = { root: schema, writer, random, startDate, idsByList: new Map(), marks: [] }
    value = fill(schema, { ...ROOT_SLOT, isPlan }, context)
    if (matchesSchema(value, schema, schema))
      return markPlaceholder(value, context.marks, (candidate) => matchesSchema(candidate, schema, schema))
  }
  return value
}

const ROOT_SLOT: FieldSlot = {
  name: '',
  description: '',
  listName: '',
  index: 0,
  listLength: 0,
  isPlan: false,
  element: undefined,
  path: [],
  previousItems: [],
  tag: undefined,
}

/** Below this many steps only what is required is filled, so that a schema that contains itself comes to an end. */
const MAX_OPTIONAL_DEPTH = 7
const MAX_DEPTH = 60

function fill(given: unknown, slot: FieldSlot, context: FillContext): unknown {
  countValue(context.root)
  if (slot.path.length > MAX_DEPTH) throw new RangeError('the schema contains itself without end')
  const schema = resolveSchema(given, context.root)
  const branches = branchesOf(schema, context.root)
  if (branches.length === 1) return fillOne(branches[0] ?? {}, slot, context)
  const oneOf = asArray(schema['oneOf'])
  let value: unknown
  for (let attempt = 0; attempt < 12; attempt++) {
    value = fillOne(branchFor(branches, slot, context), slot, context)
    if (oneOf.length === 0 || matchesSchema(value, schema, context.root)) return value
  }
  return value
}

function branchFor(branches: readonly JsonSchema[], slot: FieldSlot, context: FillContext): JsonSchema {
  const tagged = branches.filter((branch) => slot.tag && tagWords(branch, context.root).includes(slot.tag.word))
  if (tagged.length > 0) return context.random.pick(tagged)
  const nothing = branches.find((branch) => branch['type'] === 'null')
  const something = branches.filter((branch) => branch !== nothing)
  const deep = slot.path.length > MAX_OPTIONAL_DEPTH
  if (nothing && (something.length === 0 || deep || context.random.happens(omissionProbability(slot)))) return nothing
  const flat = something.filter((branch) => !['object', 'array'].includes(typeOf(branch)))
  return context.random.pick(deep && flat.length > 0 ? flat : something)
}

function fillOne(schema: JsonSchema, around: FieldSlot, context: FillContext): unknown {
  const said = typeof schema['description'] === 'string' ? schema['description'] : around.description
  const slot = { ...around, description: said }
  if ('const' in schema) return schema['const']
  const allowed = asArray(schema['enum']).filter((word) => matchesSchema(word, schema, context.root))
  if (allowed.length > 0) return fromList(allowed, slot, context)
  switch (typeOf(schema)) {
    case 'null':
      return null
    case 'boolean':
      return context.random.happens(0.5)
    case 'array':
      return fillArray(schema, slot, context)
    case 'object':
      return fillObject(schema, slot, context)
    case 'number':
    case 'integer':
      return fillReference(schema, slot, context) ?? fillNumber(schema, slot, context.random)
    default:
      return fillReference(schema, slot, context) ?? fillString(schema, slot, context)
  }
}

/** One of an enum: the tag that was chosen, a speaker other than the last, or any. */
function fromList(allowed: readonly unknown[], slot: FieldSlot, context: FillContext): unknown {
  const word = slot.tag?.word
  if (TAG_PROPERTY.test(slot.name) && allowed.includes(word)) return word
  const speaker = /speaker|character|who/i.test(slot.name) ? context.writer.nextSpeaker() : undefined
  return allowed.includes(speaker) ? speaker : context.random.pick(allowed)
}

function fillObject(schema: JsonSchema, slot: FieldSlot, context: FillContext): unknown {
  const properties = propertiesOf(schema)
  const required = new Set([
    ...requiredOf(schema),
    ...(asNumber(schema['minProperties']) ? Object.keys(properties) : []),
  ])
  const most = asNumber(schema['maxProperties']) ?? Number.POSITIVE_INFINITY
  const tag = slot.tag ?? ownTag(schema, context)
  const made: Record<string, unknown> = {}
  for (const name of Object.keys(properties).toSorted((a, b) => Number(required.has(b)) - Number(required.has(a)))) {
    const part: FieldSlot = {
      ...slot,
      name,
      description: '',
      path: [...slot.path, name],
      tag,
      element: tag?.element ?? slot.element,
    }
    const omitted =
      slot.path.length > MAX_OPTIONAL_DEPTH ||
      context.random.happens(omissionProbability(part)) ||
      Object.keys(made).length >= most
    if (!required.has(name) && omitted) continue
    const blank =
      omissionProbability(part) === 1
        ? [null, ''].find((one) => matchesSchema(one, properties[name], context.root))
        : undefined
    made[name] =
      blank !== undefined
        ? blank
        : fill(properties[name], { ...part, tag: TAG_PROPERTY.test(name) ? tag : undefined }, context)
  }
  const ordered = Object.fromEntries(
    Object.keys(properties).flatMap((name) => (Object.hasOwn(made, name) ? [[name, made[name]]] : [])),
  )
  return { ...ordered, ...extras(schema, ordered, slot, context) }
}

/** Properties that have no name of their own: of a record, and what is required without being described. */
function extras(schema: JsonSchema, so: JsonSchema, slot: FieldSlot, context: FillContext): JsonSchema {
  const { additionalProperties, propertyNames, minProperties, maxProperties } = schema
  const isRecord = isObject(additionalProperties) && Object.keys(propertiesOf(schema)).length === 0
  const names = isObject(propertyNames) ? asArray(resolveSchema(propertyNames, context.root)['enum']).map(String) : []
  const missing = requiredOf(schema).filter((name) => !Object.hasOwn(so, name))
  const wanted =
    Math.min(Math.max(isRecord ? 2 : 0, asNumber(minProperties) ?? 0), asNumber(maxProperties) ?? 99) -
    Object.keys(so).length
  const keys = new Set([...missing, ...(isRecord ? names : [])])
  for (let attempt = 0; keys.size < wanted && attempt < 40 && additionalProperties !== false; attempt++) {
    keys.add(
      String(
        isObject(propertyNames)
          ? fill({ type: 'string', ...propertyNames }, slot, context)
          : context.writer.write('label'),
      ),
    )
  }
  const one = (name: string): unknown =>
    fill(additionalProperties ?? {}, { ...slot, name, description: '', path: [...slot.path, name] }, context)
  return Object.fromEntries([...keys].map((name) => [name, one(name)]))
}

/** The tag of an object that stands alone, or in a list without others. */
function ownTag(schema: JsonSchema, context: FillContext): Tag | undefined {
  const words = tagWords(schema, context.root)
  if (words.length === 0) return undefined
  const word = context.random.pick(words)
  return { word, element: elementOf(word) }
}

function fillArray(schema: JsonSchema, slot: FieldSlot, context: FillContext): unknown {
  const first = asArray(schema['prefixItems'])
  const items =
    schema['items'] === undefined && first.length > 0 ? {} : resolveSchema(schema['items'] ?? {}, context.root)
  const references = fillReferences(schema, items, slot, context) ?? distributeNumbers(schema, items, slot, context)
  if (references) return references
  const closed = schema['items'] === false || (schema['items'] === undefined && first.length > 0)
  const listLength = closed ? first.length : Math.max(first.length, countFor(schema, slot, context.random))
  const tags = tagsOf(items, context.root)
  // Choices from a list of words, such as the characters of a scene, are not made twice either.
  const distinct = schema['uniqueItems'] === true || asArray(items['enum']).length >= listLength
  const made: unknown[] = []
  const seen = new Set<string>()
  let tag: Tag | undefined
  for (let attempt = 0; made.length < listLength && attempt < listLength + 40; attempt++) {
    const index = made.length
    const next = tags.length > 0 ? pickNextTag(tags, tag?.element, listLength - index, context.random) : undefined
    const listName = slot.name
    const inside: FieldSlot = {
      ...slot,
      listName,
      index,
      listLength,
      previousItems: [...made],
      tag: next,
      element: next?.element,
      path: [...slot.path, index],
    }
    const item = fill(first[index] ?? items, inside, context)
    const key = JSON.stringify(item)
    if (distinct && seen.has(key)) continue
    seen.add(key)
    made.push(item)
    tag = next
  }
  recordIds(slot.name, made, context)
  return made
}

function countFor(schema: JsonSchema, slot: FieldSlot, random: RandomSource): number {
  const least = asNumber(schema['minItems'])
  const most = asNumber(schema['maxItems'])
  if (slot.path.length > MAX_OPTIONAL_DEPTH) return least ?? 0
  if (least !== undefined && most !== undefined) return random.centredInteger(least, most)
  const [low, high] = slot.path.some((step) => typeof step === 'number') ? [2, 4] : [3, 6]
  if (most !== undefined) return random.integer(Math.min(low, most), Math.min(high, most))
  return least === undefined
    ? random.integer(low, high)
    : random.integer(Math.max(low, least), Math.max(high, least + 5))
}
