import type { JsonSchema } from '../../contract/generate.ts'
import { splitIdentifier } from './fields.ts'
import type { RandomSource } from './random.ts'
import { asArray, branchesOf, isObject, propertiesOf, resolveSchema } from './schema.ts'
import type { Field, SceneElement, Tag } from './types.ts'

/** The tags that items of a list may have: constants of a union's branches, or the words of one `type` property. */
export function tagsOf(items: JsonSchema, root: JsonSchema): readonly Tag[] {
  const words = branchesOf(items, root).flatMap((branch) => tagWords(branch, root))
  return [...new Set(words)].map((word) => ({ word, element: elementOf(word) }))
}

/** The words a schema's tag property allows: none where it has no such property. */
export function tagWords(schema: JsonSchema, root: JsonSchema): readonly string[] {
  const properties = propertiesOf(schema)
  return Object.keys(properties)
    .filter((name) => TAG_PROPERTY.test(name))
    .flatMap((name) => {
      const tag = resolveSchema(properties[name], root)
      return [tag['const'], ...asArray(tag['enum'])].filter((word) => typeof word === 'string')
    })
}

export const TAG_PROPERTY = /^(?:type|kind|element)$/

export const elementOf = (word: string): SceneElement => WORDS.find(([words]) => words.test(word))?.[1] ?? 'other'

const WORDS: readonly (readonly [RegExp, SceneElement])[] = [
  [/action|direction|description/i, 'action'],
  [/dialog|speech|^line$/i, 'speech'],
  [/character|cue|speaker/i, 'cue'],
  [/parenthetical/i, 'parenthetical'],
  [/transition/i, 'transition'],
  [/heading|slug/i, 'heading'],
]

/** How often one element follows another in a plausible scene; a pair that is not listed never occurs. */
const FOLLOW_WEIGHTS: Readonly<Record<SceneElement | 'start', Partial<Readonly<Record<SceneElement, number>>>>> = {
  start: { action: 10, other: 1 },
  action: { speech: 6, cue: 6, action: 3, other: 1 },
  speech: { speech: 5, cue: 5, action: 5, other: 1 },
  cue: { speech: 8, parenthetical: 1 },
  parenthetical: { speech: 1 },
  transition: { action: 1, heading: 1 },
  heading: { action: 1 },
  other: { action: 4, speech: 4, cue: 4, other: 2 },
}

/** Which tag comes next. `left` counts the items still to come, this one included. */
export function pickNextTag(
  tags: readonly Tag[],
  previous: SceneElement | undefined,
  remaining: number,
  random: RandomSource,
): Tag {
  const cued = tags.some((tag) => tag.element === 'cue')
  const last = remaining === 1
  if (last && previous !== 'cue' && random.happens(0.3)) {
    const out = tags.find((tag) => tag.element === 'transition')
    if (out) return out
  }
  const weights = FOLLOW_WEIGHTS[previous ?? 'start']
  const weighed = tags.flatMap((tag) => {
    const unled = cued && tag.element === 'speech' && previous !== 'cue' && previous !== 'parenthetical'
    const hanging = last && (tag.element === 'cue' || tag.element === 'parenthetical')
    return Array<Tag>(unled || hanging ? 0 : (weights[tag.element] ?? 0)).fill(tag)
  })
  return random.pick(weighed.length > 0 ? weighed : tags)
}

/** The cast: the names in the `enum` of any speaker or character property of a schema. */
export function castOf(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(castOf)
  if (!isObject(schema)) return []
  return Object.entries(schema).flatMap(([name, part]) => {
    const words = /^(?:speaker|character|characters|who)$/i.test(name) ? enumsIn(part) : []
    return [...words, ...castOf(part)]
  })
}

function enumsIn(part: unknown): readonly string[] {
  if (!isObject(part)) return []
  const own = asArray(part['enum']).filter((word) => typeof word === 'string')
  return [...own, ...asArray(part['anyOf']).flatMap(enumsIn), ...enumsIn(part['items'])]
}

/** How likely a field is to be left out where that is allowed. 1: it has no business in an element of this kind. */
export function omissionProbability(field: Pick<Field, 'name' | 'element'>): number {
  const name = splitIdentifier(field.name)
  const owner = FIELD_OWNERS.find(([words]) => words.test(name))?.[1]
  if (field.element && owner && !owner.includes(field.element)) return 1
  return /parenthetical/.test(name) && field.element !== 'parenthetical' ? 0.8 : owner && field.element ? 0 : 0.12
}

const FIELD_OWNERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:speaker|character|character name)$/, ['speech', 'cue', 'other']],
  [/^parenthetical$/, ['speech', 'parenthetical', 'other']],
  [/^(?:dialogue|line|speech)$/, ['speech', 'other']],
  [/^(?:action|direction)$/, ['action', 'other']],
  [/^heading$/, ['heading', 'other']],
  [/^transition$/, ['transition', 'other']],
]
