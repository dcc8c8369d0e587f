import type { JsonSchema } from '../contract/generate.ts'
import { spaced } from './rehearsal-fields.ts'
import type { Doc, Spot } from './rehearsal-json.ts'
import { fits, isObject, numberOf, typeOf } from './rehearsal-schema.ts'

/** What a finished list can be referred to by, and who is in it. */
export function remember(name: string, items: readonly unknown[], doc: Doc): void {
  doc.ids.set(
    singular(name),
    items.flatMap((item) => idOf(item) ?? []),
  )
  if (/^(?:characters|cast|people)$/i.test(name)) {
    doc.writer.cast(
      items.map((item) => (isObject(item) ? item['name'] : item)).filter((one) => typeof one === 'string'),
    )
  }
}

const idOf = (item: unknown): unknown =>
  isObject(item)
    ? ['id', 'key', 'number', 'title', 'name', 'role'].map((name) => item[name]).find((one) => one !== undefined)
    : undefined

const singular = (name: string): string =>
  spaced(name)
    .replace(/ ids?$/, '')
    .replace(/s$/, '')

const BEFORE = /depend|prerequisit|predecessor|requires|blocked|^after/

/** A list of references: to earlier items of the list it is in (so that no circle can be), or to another list. */
export function links(schema: JsonSchema, items: JsonSchema, spot: Spot, doc: Doc): readonly unknown[] | undefined {
  if (['object', 'array'].includes(typeOf(items)) || items['enum']) return undefined
  const back = BEFORE.test(spaced(spot.name))
  const known = back ? spot.earlier.flatMap((item) => idOf(item) ?? []) : (doc.ids.get(singular(spot.name)) ?? [])
  const choice = [...new Set(known)].filter((id) => fits(id, items, doc.root))
  if (!back && choice.length === 0) return undefined
  const least = numberOf(schema['minItems']) ?? 0
  if (choice.length < least) return undefined
  const recent = back ? choice.slice(-4) : choice
  // The first two hang together; after them about one in five begins a line of its own, so that some run side by side.
  const fewest = back && (choice.length > 1 ? doc.chance.happens(0.2) : choice.length === 0) ? 0 : 1
  const count = Math.min(
    Math.max(least, doc.chance.whole(fewest, fewest * 2)),
    numberOf(schema['maxItems']) ?? 9,
    choice.length,
  )
  const from = recent.length >= count ? recent : choice
  const chosen = new Set<unknown>()
  while (chosen.size < count) chosen.add(doc.chance.pick(from))
  return from.filter((id) => chosen.has(id))
}

/**
 * Numbers from `minimum` to `maximum` in the items of a list, such as the beats of every scene: dealt out in order, so
 * that each is in some item and none goes back. Undefined: the list is no such one, or an item may not have its share.
 */
export function dealt(schema: JsonSchema, items: JsonSchema, spot: Spot, doc: Doc): readonly number[] | undefined {
  const [least, most] = [numberOf(items['minimum']), numberOf(items['maximum'])]
  if (typeOf(items) !== 'integer' || least === undefined || most === undefined || spot.count === 0) return undefined
  const before = (index: number): number => Math.floor((index * (most - least + 1)) / spot.count)
  const first = before(spot.index)
  const length = Math.max(1, before(spot.index + 1) - first)
  if (length > (numberOf(schema['maxItems']) ?? 9)) return undefined
  const numbers = Array.from({ length }, (_, at) => least + first + at)
  return fits(numbers, schema, doc.root) ? numbers : undefined
}

/** A single reference to a list that is finished: `scene_id`, or a task's `role` where there is a list of roles. */
export function link(schema: JsonSchema, spot: Spot, doc: Doc): unknown {
  const whose = singular(spot.name)
  const named = /\bid$/.test(spaced(spot.name)) || (whose === 'role' && singular(spot.list) !== whose)
  const known = named ? (doc.ids.get(whose) ?? []).filter((id) => fits(id, schema, doc.root)) : []
  return known.length > 0 ? doc.chance.pick(known) : undefined
}
