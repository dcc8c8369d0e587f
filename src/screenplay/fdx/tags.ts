import { type Run, visible } from '../inline.ts'
import { candidatesOf, type Find, finder, labelOf, oneLine, type Place, type Tag, tagAt } from '../tags.ts'
import type { Element } from '../types.ts'
import type { Thing } from './tag-data.ts'
import { legal } from './xml.ts'

/** A stretch of text in one style, and of which stretch of its paragraph that is tagged it is a part, from 0. */
export type TaggedRun = Run & { readonly stretch?: number }

/** A text with its styles, and for every stretch that is tagged the things it names. */
export interface TaggedText {
  readonly runs: readonly TaggedRun[]
  readonly stretches: readonly (readonly Thing[])[]
}

/**
 * A text with its tags marked. A tag marks nothing where its words are not there, or where they cross those of an earlier
 * one; two on the same words share their stretch.
 */
export function withTags(runs: readonly Run[], tags: readonly Tag[] = []): TaggedText {
  if (tags.length === 0) return { runs, stretches: [] }
  const find = finder(textOf(runs))
  const marks: { readonly from: number; readonly to: number; readonly things: Thing[] }[] = []
  for (const tag of tags) {
    const thing = thingOf(tag)
    const place = candidatesOf(find, tag).find(({ from, to }) => {
      return marks.every((mark) => to <= mark.from || mark.to <= from || (from === mark.from && to === mark.to))
    })
    const mark = marks.find(({ from }) => from === place?.from)
    if (mark && !mark.things.some((one) => isSame(one, thing))) mark.things.push(thing)
    if (!mark && place) marks.push({ from: place.from, to: place.to, things: [thing] })
  }
  marks.sort((one, other) => one.from - other.from)
  return { runs: cut(runs, marks), stretches: marks.map(({ things }) => things) }
}

/** The thing that a tag names, with nothing in it that XML cannot hold. */
export function thingOf(tag: Tag): Thing {
  return { category: tag.category, label: legal(labelOf(tag)) }
}

/**
 * Elements that were read from a paragraph, with the tags of its stretches: each where its words have come to stand.
 * `texts` is what is seen of every element.
 */
export function tagged(elements: readonly Element[], texts: readonly string[], text: TaggedText): readonly Element[] {
  const tags: Tag[][] = elements.map(() => [])
  const finders = texts.map(finder)
  const inAll = finder(text.runs.map(seenOf).join(''))
  for (const [stretch, { words, from }] of wordsOf(text.runs).entries()) {
    const before = inAll(words).places.findIndex((place) => place.from === from)
    const { at, nth } = standing(finders, words, before)
    for (const { category, label } of words === '' ? [] : (text.stretches[stretch] ?? [])) {
      const named = label === '' || label === words ? {} : { label }
      tags[at]?.push(tagAt(finders[at] ?? finder(''), nth, { category, text: words, ...named }))
    }
  }
  return elements.map((element, at) => withTagsOf(element, tags[at] ?? []))
}

/** The words of every stretch, on one line, and where the first of them stands in what is seen of all. */
function wordsOf(runs: readonly TaggedRun[]): readonly { readonly words: string; readonly from: number }[] {
  const made: { text: string; from: number }[] = []
  let end = 0
  for (const run of runs) {
    const one = run.stretch === undefined ? undefined : made[run.stretch]
    if (one) one.text += run.text
    else if (run.stretch !== undefined) made.push({ text: run.text, from: end })
    end += seenOf(run).length
  }
  return made.map(({ text, from }) => ({ words: oneLine(text), from: from + text.search(/\S|$/) }))
}

/** Without a note of the writer, which is not seen. */
function seenOf({ text }: Run): string {
  return /^ \[\[[\s\S]*\]\]$/.test(text) ? '' : text
}

/** In which text a place of some words is that has so many before it in all, and how many are before it there. */
function standing(finders: readonly Find[], words: string, before: number): { at: number; nth: number } {
  let nth = before
  for (const [at, find] of finders.entries()) {
    const count = find(words).places.length
    if (nth < count) return { at, nth }
    nth -= count
  }
  return { at: 0, nth: -1 }
}

/** One speech of two, one below the other, with the tags of both. */
export function joined(one: Dialogue, other: Dialogue): Dialogue {
  const text = `${one.text}\n${other.text}`
  if (!one.tags && !other.tags) return { ...one, text }
  const [first, second, both] = [finder(visible(one.text)), finder(visible(other.text)), finder(visible(text))]
  const recounted = (tag: Tag, find: Find, before: number): Tag => {
    const [place] = candidatesOf(find, tag)
    return tagAt(both, place ? before + find(tag.text).places.indexOf(place) : -1, tag)
  }
  return withTagsOf({ ...one, text }, [
    ...(one.tags ?? []).map((tag) => recounted(tag, first, 0)),
    ...(other.tags ?? []).map((tag) => recounted(tag, second, first(tag.text).places.length)),
  ])
}

type Dialogue = Extract<Element, { readonly type: 'dialogue' }>

function withTagsOf<Kind extends Element>(element: Kind, tags: readonly Tag[]): Kind {
  return tags.length === 0 ? element : { ...element, tags }
}

function cut(runs: readonly Run[], marks: readonly Pick<Place, 'from' | 'to'>[]): readonly TaggedRun[] {
  const edges = marks.flatMap(({ from, to }) => [from, to])
  let end = 0
  return runs.flatMap((run) => {
    const start = end
    end += run.text.length
    const own = [start, ...new Set(edges.filter((edge) => edge > start && edge < end)), end]
    return own.slice(1).map((to, index): TaggedRun => {
      const from = own[index] ?? start
      const stretch = marks.findIndex((mark) => mark.from <= from && to <= mark.to)
      return { ...run, text: run.text.slice(from - start, to - start), ...(stretch >= 0 && { stretch }) }
    })
  })
}

export function textOf(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('')
}

function isSame(one: Thing, other: Thing): boolean {
  return one.category === other.category && one.label === other.label
}
