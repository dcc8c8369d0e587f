import { type Run, toPlainText } from '../emphasis.ts'
import {
  collapseWhitespace,
  createOccurrenceFinder,
  createTag,
  findTagOccurrences,
  labelOf,
  type Occurrence,
  type OccurrenceFinder,
  type Tag,
} from '../tags.ts'
import type { ScriptElement } from '../types.ts'
import type { TagDefinition } from './tag-data.ts'
import { replaceIllegalCharacters } from './xml.ts'

/** A stretch of text in one style, and of which stretch of its paragraph that is tagged it is a part, from 0. */
export type TaggedRun = Run & { readonly spanIndex?: number }

/** A text with its styles, and for every stretch that is tagged the things it names. */
export interface TaggedText {
  readonly runs: readonly TaggedRun[]
  readonly spans: readonly (readonly TagDefinition[])[]
}

/**
 * A text with its tags marked. A tag marks nothing where its words are not there, or where they cross those of an earlier
 * one; two on the same words share their stretch.
 */
export function markTags(runs: readonly Run[], tags: readonly Tag[] = []): TaggedText {
  if (tags.length === 0) return { runs, spans: [] }
  const find = createOccurrenceFinder(joinRuns(runs))
  const spans: { readonly from: number; readonly to: number; readonly definitions: TagDefinition[] }[] = []
  for (const tag of tags) {
    const definition = toTagDefinition(tag)
    const occurrence = findTagOccurrences(find, tag).find(({ from, to }) => {
      return spans.every((span) => to <= span.from || span.to <= from || (from === span.from && to === span.to))
    })
    const span = spans.find(({ from }) => from === occurrence?.from)
    if (span && !span.definitions.some((one) => isSameDefinition(one, definition))) span.definitions.push(definition)
    if (!span && occurrence) spans.push({ from: occurrence.from, to: occurrence.to, definitions: [definition] })
  }
  spans.sort((one, other) => one.from - other.from)
  return { runs: splitRuns(runs, spans), spans: spans.map(({ definitions }) => definitions) }
}

/** The thing that a tag names, with nothing in it that XML cannot hold. */
export function toTagDefinition(tag: Tag): TagDefinition {
  return { category: tag.category, label: replaceIllegalCharacters(labelOf(tag)) }
}

/**
 * Elements that were read from a paragraph, with the tags of its stretches: each where its words have come to stand.
 * `texts` is what is seen of every element.
 */
export function attachTags(
  elements: readonly ScriptElement[],
  texts: readonly string[],
  taggedText: TaggedText,
): readonly ScriptElement[] {
  const tags: Tag[][] = elements.map(() => [])
  const finders = texts.map(createOccurrenceFinder)
  const findInAll = createOccurrenceFinder(taggedText.runs.map(visibleText).join(''))
  for (const [spanIndex, { words, from }] of spanWords(taggedText.runs).entries()) {
    const before = findInAll(words).inOrder.findIndex((occurrence) => occurrence.from === from)
    const { at, nth } = locateOccurrence(finders, words, before)
    for (const { category, label } of words === '' ? [] : (taggedText.spans[spanIndex] ?? [])) {
      const labelIfDifferent = label === '' || label === words ? {} : { label }
      tags[at]?.push(
        createTag(finders[at] ?? createOccurrenceFinder(''), nth, { category, text: words, ...labelIfDifferent }),
      )
    }
  }
  return elements.map((element, at) => withTags(element, tags[at] ?? []))
}

/** The words of every tagged range, on one line, and the offset of the first of them in the printed text. */
function spanWords(runs: readonly TaggedRun[]): readonly { readonly words: string; readonly from: number }[] {
  const spans: { text: string; from: number }[] = []
  let end = 0
  for (const run of runs) {
    const span = run.spanIndex === undefined ? undefined : spans[run.spanIndex]
    if (span) span.text += run.text
    else if (run.spanIndex !== undefined) spans.push({ text: run.text, from: end })
    end += visibleText(run).length
  }
  return spans.map(({ text, from }) => ({ words: collapseWhitespace(text), from: from + text.search(/\S|$/) }))
}

/** The printed text of a run: a note of the writer is not printed. */
function visibleText({ text }: Run): string {
  return /^ \[\[[\s\S]*\]\]$/.test(text) ? '' : text
}

/** The text that holds an occurrence with so many before it in all texts, and the number of those before it there. */
function locateOccurrence(
  finders: readonly OccurrenceFinder[],
  words: string,
  before: number,
): { at: number; nth: number } {
  let nth = before
  for (const [at, find] of finders.entries()) {
    const count = find(words).inOrder.length
    if (nth < count) return { at, nth }
    nth -= count
  }
  return { at: 0, nth: -1 }
}

/** Joins two parts of a speech, one below the other, with the tags of both. */
export function joinDialogue(one: Dialogue, other: Dialogue): Dialogue {
  const text = `${one.text}\n${other.text}`
  if (!one.tags && !other.tags) return { ...one, text }
  const [first, second, both] = [
    createOccurrenceFinder(toPlainText(one.text)),
    createOccurrenceFinder(toPlainText(other.text)),
    createOccurrenceFinder(toPlainText(text)),
  ]
  const recount = (tag: Tag, find: OccurrenceFinder, occurrencesBefore: number): Tag => {
    const [occurrence] = findTagOccurrences(find, tag)
    return createTag(both, occurrence ? occurrencesBefore + find(tag.text).inOrder.indexOf(occurrence) : -1, tag)
  }
  return withTags({ ...one, text }, [
    ...(one.tags ?? []).map((tag) => recount(tag, first, 0)),
    ...(other.tags ?? []).map((tag) => recount(tag, second, first(tag.text).inOrder.length)),
  ])
}

type Dialogue = Extract<ScriptElement, { readonly type: 'dialogue' }>

function withTags<Kind extends ScriptElement>(element: Kind, tags: readonly Tag[]): Kind {
  return tags.length === 0 ? element : { ...element, tags }
}

function splitRuns(runs: readonly Run[], spans: readonly Pick<Occurrence, 'from' | 'to'>[]): readonly TaggedRun[] {
  const edges = spans.flatMap(({ from, to }) => [from, to])
  let end = 0
  return runs.flatMap((run) => {
    const start = end
    end += run.text.length
    const bounds = [start, ...new Set(edges.filter((edge) => edge > start && edge < end)), end]
    return bounds.slice(1).map((to, index): TaggedRun => {
      const from = bounds[index] ?? start
      const spanIndex = spans.findIndex((span) => span.from <= from && to <= span.to)
      return { ...run, text: run.text.slice(from - start, to - start), ...(spanIndex >= 0 && { spanIndex }) }
    })
  })
}

export function joinRuns(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('')
}

function isSameDefinition(one: TagDefinition, other: TagDefinition): boolean {
  return one.category === other.category && one.label === other.label
}
