import type { JsonSchema } from '../contract/generate.ts'
import type { Chance } from './rehearsal-chance.ts'
import { type Field, spaced } from './rehearsal-fields.ts'
import { branchesOf, isObject, listOf, propertiesOf, resolved } from './rehearsal-schema.ts'

/** What an item of a list is by its tag, where the list is a scene. Other tags are `other`. */
export type Element = 'action' | 'speech' | 'cue' | 'parenthetical' | 'transition' | 'heading' | 'other'

export interface Tag {
  /** As the schema spells it: `dialogue`. */
  readonly word: string
  readonly element: Element
}

/** The tags that items of a list may have: constants of a union's branches, or the words of one `type` property. */
export function tagsOf(items: JsonSchema, root: JsonSchema): readonly Tag[] {
  const words = branchesOf(items, root).flatMap((branch) => tagWords(branch, root))
  return [...new Set(words)].map((word) => ({ word, element: elementOf(word) }))
}

/** The words a schema's tag property allows: none where it has no such property. */
export function tagWords(schema: JsonSchema, root: JsonSchema): readonly string[] {
  const properties = propertiesOf(schema)
  return Object.keys(properties)
    .filter((name) => TAG_NAMES.test(name))
    .flatMap((name) => {
      const tag = resolved(properties[name], root)
      return [tag['const'], ...listOf(tag['enum'])].filter((word) => typeof word === 'string')
    })
}

export const TAG_NAMES = /^(?:type|kind|element)$/

export const elementOf = (word: string): Element => WORDS.find(([words]) => words.test(word))?.[1] ?? 'other'

const WORDS: readonly (readonly [RegExp, Element])[] = [
  [/action|direction|description/i, 'action'],
  [/dialog|speech|^line$/i, 'speech'],
  [/character|cue|speaker/i, 'cue'],
  [/parenthetical/i, 'parenthetical'],
  [/transition/i, 'transition'],
  [/heading|slug/i, 'heading'],
]

/** How often one element follows another in a scene that reads like one. What is not here never follows. */
const FOLLOWS: Readonly<Record<Element | 'start', Partial<Readonly<Record<Element, number>>>>> = {
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
export function nextTag(tags: readonly Tag[], previous: Element | undefined, left: number, chance: Chance): Tag {
  const cued = tags.some((tag) => tag.element === 'cue')
  const last = left === 1
  if (last && previous !== 'cue' && chance.happens(0.3)) {
    const out = tags.find((tag) => tag.element === 'transition')
    if (out) return out
  }
  const weights = FOLLOWS[previous ?? 'start']
  const weighed = tags.flatMap((tag) => {
    const unled = cued && tag.element === 'speech' && previous !== 'cue' && previous !== 'parenthetical'
    const hanging = last && (tag.element === 'cue' || tag.element === 'parenthetical')
    return Array<Tag>(unled || hanging ? 0 : (weights[tag.element] ?? 0)).fill(tag)
  })
  return chance.pick(weighed.length > 0 ? weighed : tags)
}

/** Names in an `enum` of a property that says who speaks, anywhere in a schema: the cast. */
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
  const own = listOf(part['enum']).filter((word) => typeof word === 'string')
  return [...own, ...listOf(part['anyOf']).flatMap(enumsIn), ...enumsIn(part['items'])]
}

/** How likely a field is to be left out where that is allowed. 1: it has no business in an element of this kind. */
export function absence(spot: Pick<Field, 'name' | 'element'>): number {
  const name = spaced(spot.name)
  const owner = OWNED.find(([words]) => words.test(name))?.[1]
  if (spot.element && owner && !owner.includes(spot.element)) return 1
  return /parenthetical/.test(name) && spot.element !== 'parenthetical' ? 0.8 : owner && spot.element ? 0 : 0.12
}

const OWNED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:speaker|character|character name)$/, ['speech', 'cue', 'other']],
  [/^parenthetical$/, ['speech', 'parenthetical', 'other']],
  [/^(?:dialogue|line|speech)$/, ['speech', 'other']],
  [/^(?:action|direction)$/, ['action', 'other']],
  [/^heading$/, ['heading', 'other']],
  [/^transition$/, ['transition', 'other']],
]
