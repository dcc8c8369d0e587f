import type { ScriptElement, Tag } from './types.ts'

export { TAG_CATEGORIES, type TagCategory } from './tag-categories.ts'
export type { Tag } from './types.ts'

/** An occurrence of words in a text: the offset of the first character and the one after the last. */
export interface Occurrence {
  readonly from: number
  readonly to: number
  readonly isWholeWord: boolean
}

/** All occurrences of some words, in order, and the same with the likeliest first. None overlaps another. */
interface Occurrences {
  readonly inOrder: readonly Occurrence[]
  readonly byLikelihood: readonly Occurrence[]
}

/** Finds words in the printed text of an element; a repeated search is free. */
export type OccurrenceFinder = (words: string) => Occurrences

/** The tags of an element, none where it has none. */
export function tagsOf(element: ScriptElement): readonly Tag[] {
  return element.type === 'page_break' ? [] : (element.tags ?? [])
}

export function labelOf({ label, text }: Tag): string {
  return label?.trim() || collapseWhitespace(text)
}

export function createOccurrenceFinder(seen: string): OccurrenceFinder {
  const known = new Map<string, Occurrences>()
  return (words) => {
    const found = known.get(words) ?? findOccurrences(seen, words)
    known.set(words, found)
    return found
  }
}

/** The occurrences that a tag may mark, the likeliest first: the one of `nth`, or any. */
export function findTagOccurrences(find: OccurrenceFinder, { text, nth }: Tag): readonly Occurrence[] {
  const { inOrder: places, byLikelihood: likeliest } = find(text)
  return nth === undefined ? likeliest : places.slice(nth - 1, nth)
}

/** A tag at an occurrence of its words; `nth` is left out where it is the likeliest one. */
export function createTag(
  find: OccurrenceFinder,
  occurrenceIndex: number,
  { category, text, label }: Omit<Tag, 'nth'>,
): Tag {
  const tag = { category, text, ...(label !== undefined && { label }) }
  const { inOrder: places, byLikelihood: likeliest } = find(text)
  return places[occurrenceIndex] === likeliest[0] || places[occurrenceIndex] === undefined
    ? tag
    : { ...tag, nth: occurrenceIndex + 1 }
}

export function collapseWhitespace(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function findOccurrences(seen: string, words: string): Occurrences {
  const pattern = collapseWhitespace(words)
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll(' ', '\\s+')
  if (pattern === '') return { inOrder: [], byLikelihood: [] }
  const places = [...seen.matchAll(new RegExp(pattern, 'gu'))].map(({ index: from, 0: found }): Occurrence => {
    const to = from + found.length
    const within =
      ENDS_IN_WORD.test(seen.slice(Math.max(0, from - 2), from)) || STARTS_WITH_WORD.test(seen.slice(to, to + 2))
    return { from, to, isWholeWord: !within }
  })
  return {
    inOrder: places,
    byLikelihood: [
      ...places.filter(({ isWholeWord: alone }) => alone),
      ...places.filter(({ isWholeWord: alone }) => !alone),
    ],
  }
}

const ENDS_IN_WORD = /[\p{L}\p{N}]$/u
const STARTS_WITH_WORD = /^[\p{L}\p{N}]/u
