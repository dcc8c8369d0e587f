import type { Element } from './types.ts'

/** The categories of a breakdown, as Final Draft names them. */
export const TAG_CATEGORIES = [
  'Cast Members',
  'Background Actors',
  'Stunts',
  'Vehicles',
  'Props',
  'Camera',
  'Special Effects',
  'Wardrobe',
  'Makeup/Hair',
  'Animals',
  'Animal Wrangler',
  'Music',
  'Sound',
  'Art Department',
  'Set Dressing',
  'Greenery',
  'Special Equipment',
  'Security',
  'Additional Labor',
  'Visual Effects',
  'Mechanical Effects',
  'Miscellaneous',
  'Notes',
  'Script Day',
  'Unit',
  'Sequence',
  'Location',
  'Comments',
  'Synopsis',
] as const

export type TagCategory = (typeof TAG_CATEGORIES)[number]

/** A thing that a production has to provide, on the words of an element that name it. Fountain has no form for it. */
export interface Tag {
  readonly category: TagCategory
  /** The words as they are seen; between them may stand any blanks and line breaks. */
  readonly text: string
  /** Which place of the words in the element, from 1; absent: the first where they stand alone, or else the first. */
  readonly nth?: number
  /** What the production calls it; the text where absent. Tags of one category with one label are one thing. */
  readonly label?: string
}

/** Where words stand in a text: from the first character to before the last; `alone`: not inside a longer word. */
export interface Place {
  readonly from: number
  readonly to: number
  readonly alone: boolean
}

/** All places of some words, in order, and the same with the likeliest first. None overlaps another. */
interface Found {
  readonly places: readonly Place[]
  readonly likeliest: readonly Place[]
}

/** Finds words in what is seen of an element; the same words cost nothing more. */
export type Find = (words: string) => Found

/** The tags of an element, none where it has none. */
export function tagsOf(element: Element): readonly Tag[] {
  return element.type === 'page_break' ? [] : (element.tags ?? [])
}

export function labelOf({ label, text }: Tag): string {
  return label?.trim() || oneLine(text)
}

export function finder(seen: string): Find {
  const known = new Map<string, Found>()
  return (words) => {
    const found = known.get(words) ?? foundIn(seen, words)
    known.set(words, found)
    return found
  }
}

/** The places that a tag may mark, the likeliest first: the one it counts to, or any. */
export function candidatesOf(find: Find, { text, nth }: Tag): readonly Place[] {
  const { places, likeliest } = find(text)
  return nth === undefined ? likeliest : places.slice(nth - 1, nth)
}

/** A tag at the place of its words that has so many before it; what goes without saying is left out. */
export function tagAt(find: Find, before: number, { category, text, label }: Omit<Tag, 'nth'>): Tag {
  const tag = { category, text, ...(label !== undefined && { label }) }
  const { places, likeliest } = find(text)
  return places[before] === likeliest[0] || places[before] === undefined ? tag : { ...tag, nth: before + 1 }
}

export function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function foundIn(seen: string, words: string): Found {
  const pattern = oneLine(words)
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll(' ', '\\s+')
  if (pattern === '') return { places: [], likeliest: [] }
  const places = [...seen.matchAll(new RegExp(pattern, 'gu'))].map(({ index: from, 0: found }): Place => {
    const to = from + found.length
    const within = ENDS_IN_WORD.test(seen.slice(Math.max(0, from - 2), from)) || WORD.test(seen.slice(to, to + 2))
    return { from, to, alone: !within }
  })
  return { places, likeliest: [...places.filter(({ alone }) => alone), ...places.filter(({ alone }) => !alone)] }
}

const ENDS_IN_WORD = /[\p{L}\p{N}]$/u
const WORD = /^[\p{L}\p{N}]/u
