import type { JsonSchema } from '../contract/generate.ts'
import type { Chance } from './rehearsal-chance.ts'
import { absence, castOf, elementOf, nextTag, TAG_NAMES, type Tag, tagsOf, tagWords } from './rehearsal-elements.ts'
import type { Field } from './rehearsal-fields.ts'
import { dealt, link, links, remember } from './rehearsal-links.ts'
import { type Mark, marked } from './rehearsal-mark.ts'
import {
  branchesOf,
  fits,
  isObject,
  listOf,
  numberOf,
  propertiesOf,
  requiredOf,
  resolved,
  typeOf,
} from './rehearsal-schema.ts'
import { aNumber, aString } from './rehearsal-values.ts'
import type { Writer } from './rehearsal-writer.ts'

/**
 * A value of a JSON Schema that reads like a draft: filled by what its properties are called, its ids in order, its
 * references to what is there, and one of its sentences saying that all of it is a placeholder, where one has the room.
 * `date` is where its dates begin. Throws `RangeError` for a schema that only an endless value would fit.
 */
export function filled(schema: JsonSchema, writer: Writer, chance: Chance, date: string): unknown {
  writer.cast([...new Set(castOf(schema))])
  const work = /"(?:tasks?|milestones?|estimate\w*|risks?|deliverables?)"/.test(JSON.stringify(schema))
  let value: unknown
  for (let attempt = 0; attempt < 6; attempt++) {
    const doc: Doc = { root: schema, writer, chance, date, ids: new Map(), marks: [] }
    value = fill(schema, { ...TOP, work }, doc)
    if (fits(value, schema, schema)) return marked(value, doc.marks, (candidate) => fits(candidate, schema, schema))
  }
  return value
}

export interface Doc {
  readonly root: JsonSchema
  readonly writer: Writer
  readonly chance: Chance
  readonly date: string
  /** The ids of finished lists, by the singular of the list's name: `task` -> `t1`, `t2`. */
  readonly ids: Map<string, readonly unknown[]>
  readonly marks: Mark[]
}

export interface Spot extends Field {
  readonly path: readonly (string | number)[]
  /** The items before the one that this is part of. */
  readonly earlier: readonly unknown[]
  /** The tag chosen for the object this is part of. */
  readonly tag: Tag | undefined
}

const TOP: Spot = {
  name: '',
  description: '',
  list: '',
  index: 0,
  count: 0,
  work: false,
  element: undefined,
  path: [],
  earlier: [],
  tag: undefined,
}

/** Below this many steps only what is required is filled, so that a schema that contains itself comes to an end. */
const DEEP = 7
const ENDLESS = 60

function fill(given: unknown, spot: Spot, doc: Doc): unknown {
  if (spot.path.length > ENDLESS) throw new RangeError('the schema contains itself without end')
  const schema = resolved(given, doc.root)
  const branches = branchesOf(schema, doc.root)
  if (branches.length === 1) return fillOne(branches[0] ?? {}, spot, doc)
  const oneOf = listOf(schema['oneOf'])
  let value: unknown
  for (let attempt = 0; attempt < 12; attempt++) {
    value = fillOne(branchFor(branches, spot, doc), spot, doc)
    if (oneOf.length === 0 || fits(value, schema, doc.root)) return value
  }
  return value
}

function branchFor(branches: readonly JsonSchema[], spot: Spot, doc: Doc): JsonSchema {
  const tagged = branches.filter((branch) => spot.tag && tagWords(branch, doc.root).includes(spot.tag.word))
  if (tagged.length > 0) return doc.chance.pick(tagged)
  const nothing = branches.find((branch) => branch['type'] === 'null')
  const something = branches.filter((branch) => branch !== nothing)
  const deep = spot.path.length > DEEP
  if (nothing && (something.length === 0 || deep || doc.chance.happens(absence(spot)))) return nothing
  const flat = something.filter((branch) => !['object', 'array'].includes(typeOf(branch)))
  return doc.chance.pick(deep && flat.length > 0 ? flat : something)
}

function fillOne(schema: JsonSchema, around: Spot, doc: Doc): unknown {
  const said = typeof schema['description'] === 'string' ? schema['description'] : around.description
  const spot = { ...around, description: said }
  if ('const' in schema) return schema['const']
  const allowed = listOf(schema['enum']).filter((word) => fits(word, schema, doc.root))
  if (allowed.length > 0) return fromList(allowed, spot, doc)
  switch (typeOf(schema)) {
    case 'null':
      return null
    case 'boolean':
      return doc.chance.happens(0.5)
    case 'array':
      return fillArray(schema, spot, doc)
    case 'object':
      return fillObject(schema, spot, doc)
    case 'number':
    case 'integer':
      return link(schema, spot, doc) ?? aNumber(schema, spot, doc.chance)
    default:
      return link(schema, spot, doc) ?? aString(schema, spot, doc)
  }
}

/** One of an enum: the tag that was chosen, a speaker other than the last, or any. */
function fromList(allowed: readonly unknown[], spot: Spot, doc: Doc): unknown {
  const word = spot.tag?.word
  if (TAG_NAMES.test(spot.name) && allowed.includes(word)) return word
  const speaker = /speaker|character|who/i.test(spot.name) ? doc.writer.speaker() : undefined
  return allowed.includes(speaker) ? speaker : doc.chance.pick(allowed)
}

function fillObject(schema: JsonSchema, spot: Spot, doc: Doc): unknown {
  const properties = propertiesOf(schema)
  const required = new Set([
    ...requiredOf(schema),
    ...(numberOf(schema['minProperties']) ? Object.keys(properties) : []),
  ])
  const most = numberOf(schema['maxProperties']) ?? Number.POSITIVE_INFINITY
  const tag = spot.tag ?? ownTag(schema, doc)
  const made: Record<string, unknown> = {}
  for (const name of Object.keys(properties).toSorted((a, b) => Number(required.has(b)) - Number(required.has(a)))) {
    const part: Spot = {
      ...spot,
      name,
      description: '',
      path: [...spot.path, name],
      tag,
      element: tag?.element ?? spot.element,
    }
    const omitted = spot.path.length > DEEP || doc.chance.happens(absence(part)) || Object.keys(made).length >= most
    if (!required.has(name) && omitted) continue
    const blank = absence(part) === 1 ? [null, ''].find((one) => fits(one, properties[name], doc.root)) : undefined
    made[name] =
      blank !== undefined
        ? blank
        : fill(properties[name], { ...part, tag: TAG_NAMES.test(name) ? tag : undefined }, doc)
  }
  const ordered = Object.fromEntries(
    Object.keys(properties).flatMap((name) => (Object.hasOwn(made, name) ? [[name, made[name]]] : [])),
  )
  return { ...ordered, ...extras(schema, ordered, spot, doc) }
}

/** Properties that have no name of their own: of a record, and what is required without being described. */
function extras(schema: JsonSchema, so: JsonSchema, spot: Spot, doc: Doc): JsonSchema {
  const { additionalProperties, propertyNames, minProperties, maxProperties } = schema
  const isRecord = isObject(additionalProperties) && Object.keys(propertiesOf(schema)).length === 0
  const names = isObject(propertyNames) ? listOf(resolved(propertyNames, doc.root)['enum']).map(String) : []
  const missing = requiredOf(schema).filter((name) => !Object.hasOwn(so, name))
  const wanted =
    Math.min(Math.max(isRecord ? 2 : 0, numberOf(minProperties) ?? 0), numberOf(maxProperties) ?? 99) -
    Object.keys(so).length
  const keys = new Set([...missing, ...(isRecord ? names : [])])
  for (let attempt = 0; keys.size < wanted && attempt < 40 && additionalProperties !== false; attempt++) {
    keys.add(
      String(
        isObject(propertyNames) ? fill({ type: 'string', ...propertyNames }, spot, doc) : doc.writer.write('label'),
      ),
    )
  }
  const one = (name: string): unknown =>
    fill(additionalProperties ?? {}, { ...spot, name, description: '', path: [...spot.path, name] }, doc)
  return Object.fromEntries([...keys].map((name) => [name, one(name)]))
}

/** The tag of an object that stands alone, or in a list without others. */
function ownTag(schema: JsonSchema, doc: Doc): Tag | undefined {
  const words = tagWords(schema, doc.root)
  if (words.length === 0) return undefined
  const word = doc.chance.pick(words)
  return { word, element: elementOf(word) }
}

function fillArray(schema: JsonSchema, spot: Spot, doc: Doc): unknown {
  const first = listOf(schema['prefixItems'])
  const items = schema['items'] === undefined && first.length > 0 ? {} : resolved(schema['items'] ?? {}, doc.root)
  const linked = links(schema, items, spot, doc) ?? dealt(schema, items, spot, doc)
  if (linked) return linked
  const closed = schema['items'] === false || (schema['items'] === undefined && first.length > 0)
  const count = closed ? first.length : Math.max(first.length, countFor(schema, spot, doc.chance))
  const tags = tagsOf(items, doc.root)
  // Choices from a list of words, such as who is in a scene, are not made twice either.
  const distinct = schema['uniqueItems'] === true || listOf(items['enum']).length >= count
  const made: unknown[] = []
  const seen = new Set<string>()
  let tag: Tag | undefined
  for (let attempt = 0; made.length < count && attempt < count + 40; attempt++) {
    const index = made.length
    const next = tags.length > 0 ? nextTag(tags, tag?.element, count - index, doc.chance) : undefined
    const list = spot.name
    const inside: Spot = {
      ...spot,
      list,
      index,
      count,
      earlier: [...made],
      tag: next,
      element: next?.element,
      path: [...spot.path, index],
    }
    const item = fill(first[index] ?? items, inside, doc)
    const key = JSON.stringify(item)
    if (distinct && seen.has(key)) continue
    seen.add(key)
    made.push(item)
    tag = next
  }
  remember(spot.name, made, doc)
  return made
}

function countFor(schema: JsonSchema, spot: Spot, chance: Chance): number {
  const least = numberOf(schema['minItems'])
  const most = numberOf(schema['maxItems'])
  if (spot.path.length > DEEP) return least ?? 0
  if (least !== undefined && most !== undefined) return chance.middling(least, most)
  const [low, high] = spot.path.some((step) => typeof step === 'number') ? [2, 4] : [3, 6]
  if (most !== undefined) return chance.whole(Math.min(low, most), Math.min(high, most))
  return least === undefined ? chance.whole(low, high) : chance.whole(Math.max(low, least), Math.max(high, least + 5))
}
