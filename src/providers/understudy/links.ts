import type { JsonSchema } from '../../contract/generate.ts'
import { splitIdentifier } from './fields.ts'
import { asNumber, isObject, matchesSchema, typeOf } from './schema.ts'
import type { FieldSlot, FillContext } from './types.ts'

/** Records the ids of a finished list, and the names of a list of people. */
export function recordIds(name: string, items: readonly unknown[], context: FillContext): void {
  context.idsByList.set(
    singular(name),
    items.flatMap((item) => idOf(item) ?? []),
  )
  if (/^(?:characters|cast|people)$/i.test(name)) {
    context.writer.setCast(
      items.map((item) => (isObject(item) ? item['name'] : item)).filter((one) => typeof one === 'string'),
    )
  }
}

const idOf = (item: unknown): unknown =>
  isObject(item)
    ? ['id', 'key', 'number', 'title', 'name', 'role'].map((name) => item[name]).find((one) => one !== undefined)
    : undefined

const singular = (name: string): string =>
  splitIdentifier(name)
    .replace(/ ids?$/, '')
    .replace(/s$/, '')

const BEFORE = /depend|prerequisit|predecessor|requires|blocked|^after/

/** A list of references: to earlier items of the list it is in (so that no circle can be), or to another list. */
export function fillReferences(
  schema: JsonSchema,
  items: JsonSchema,
  slot: FieldSlot,
  context: FillContext,
): readonly unknown[] | undefined {
  if (['object', 'array'].includes(typeOf(items)) || items['enum']) return undefined
  const back = BEFORE.test(splitIdentifier(slot.name))
  const known = back
    ? slot.previousItems.flatMap((item) => idOf(item) ?? [])
    : (context.idsByList.get(singular(slot.name)) ?? [])
  const choice = [...new Set(known)].filter((id) => matchesSchema(id, items, context.root))
  if (!back && choice.length === 0) return undefined
  const least = asNumber(schema['minItems']) ?? 0
  if (choice.length < least) return undefined
  const recent = back ? choice.slice(-4) : choice
  // The second depends on the first; after them about one in five starts a branch of its own, so that some run in parallel.
  const fewest = back && (choice.length > 1 ? context.random.happens(0.2) : choice.length === 0) ? 0 : 1
  const count = Math.min(
    Math.max(least, context.random.integer(fewest, fewest * 2)),
    asNumber(schema['maxItems']) ?? 9,
    choice.length,
  )
  const from = recent.length >= count ? recent : choice
  const chosen = new Set<unknown>()
  while (chosen.size < count) chosen.add(context.random.pick(from))
  return from.filter((id) => chosen.has(id))
}

/**
 * Numbers from `minimum` to `maximum` in the items of a list, such as the beats of every scene: dealt out in order, so
 * that each is in some item and none goes back. Undefined: the list is no such one, or an item may not have its share.
 */
export function distributeNumbers(
  schema: JsonSchema,
  items: JsonSchema,
  slot: FieldSlot,
  context: FillContext,
): readonly number[] | undefined {
  const [least, most] = [asNumber(items['minimum']), asNumber(items['maximum'])]
  if (typeOf(items) !== 'integer' || least === undefined || most === undefined || slot.listLength === 0)
    return undefined
  const before = (index: number): number => Math.floor((index * (most - least + 1)) / slot.listLength)
  const first = before(slot.index)
  const length = Math.max(1, before(slot.index + 1) - first)
  if (length > (asNumber(schema['maxItems']) ?? 9)) return undefined
  const numbers = Array.from({ length }, (_, at) => least + first + at)
  return matchesSchema(numbers, schema, context.root) ? numbers : undefined
}

/** A single reference to a list that is finished: `scene_id`, or a task's `role` where there is a list of roles. */
export function fillReference(schema: JsonSchema, slot: FieldSlot, context: FillContext): unknown {
  const whose = singular(slot.name)
  const named = /\bid$/.test(splitIdentifier(slot.name)) || (whose === 'role' && singular(slot.listName) !== whose)
  const known = named
    ? (context.idsByList.get(whose) ?? []).filter((id) => matchesSchema(id, schema, context.root))
    : []
  return known.length > 0 ? context.random.pick(known) : undefined
}
