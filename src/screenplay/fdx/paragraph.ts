import { marked, type Run, runs } from '../inline.ts'
import { readCue } from '../recognise.ts'
import { tagsOf } from '../tags.ts'
import type { Element } from '../types.ts'
import { type TaggedText, tagged, textOf, withTags } from './tags.ts'
import { legal } from './xml.ts'

/** A paragraph as Final Draft has it. */
export interface Paragraph extends TaggedText {
  readonly type: string
  readonly number?: string
  readonly centered?: true
}

/** The paragraph of an element, with nothing in it that XML cannot hold; undefined: Final Draft has none for it. */
export function paragraphOf(element: Element): Paragraph | undefined {
  const paragraph = made(element)
  if (!paragraph) return undefined
  const { number } = paragraph
  const { runs, stretches } = withTags(paragraph.runs, tagsOf(element))
  return {
    ...paragraph,
    ...(number !== undefined && { number: legal(number) }),
    runs: runs.map((run) => ({ ...run, text: legal(run.text) })),
    stretches,
  }
}

function made(element: Element): (Omit<Paragraph, keyof TaggedText> & { readonly runs: readonly Run[] }) | undefined {
  switch (element.type) {
    case 'scene_heading': {
      const { number } = element
      return { type: 'Scene Heading', ...(number !== undefined && { number }), runs: runs(element.text) }
    }
    case 'character': {
      const name = [element.name, ...element.extensions.map((extension) => `(${extension})`)].join(' ')
      return { type: 'Character', runs: plain(name) }
    }
    case 'parenthetical':
      return { type: 'Parenthetical', runs: runs(`(${element.text})`) }
    case 'centered':
      return { type: 'Action', centered: true, runs: runs(element.text) }
    case 'section':
      return { type: `Outline ${Math.min(3, element.depth)}`, runs: plain(element.text) }
    case 'note':
      return { type: 'Note', runs: plain(element.text) }
    case 'synopsis':
      return { type: 'Summary', runs: plain(element.text) }
    case 'action':
    case 'dialogue':
    case 'lyrics':
    case 'transition':
      return { type: TYPES[element.type], runs: runs(element.text) }
    case 'boneyard':
    case 'page_break':
      return undefined
  }
}

const TYPES = { action: 'Action', dialogue: 'Dialogue', lyrics: 'Lyric', transition: 'Transition' } as const

/**
 * The elements of a paragraph: several where a blank line parts an action. `speaks` tells whether a speech may go on
 * here; dialogue without a speaker is action. A kind that Fountain has no word for is action too, or centred.
 */
export function elementsOf(paragraph: Paragraph, speaks: boolean, dual: boolean): readonly Element[] {
  const elements = untagged(paragraph, speaks, dual)
  if (paragraph.stretches.length === 0) return elements
  const texts = elements.map((element) => textOf(made(element)?.runs ?? []))
  return tagged(elements, texts, paragraph)
}

function untagged(paragraph: Paragraph, speaks: boolean, dual: boolean): readonly Element[] {
  const text = tidy(marked(paragraph.runs))
  const seen = tidy(textOf(paragraph.runs))
  const { type } = paragraph
  if (seen.trim() === '')
    return speaks && type === 'Dialogue' ? [{ type: 'dialogue', text: '' }] : [{ type: 'action', text: '' }]
  if (paragraph.centered || CENTERED.test(type)) return [{ type: 'centered', text: oneLine(text) }]
  if (type === 'Scene Heading') {
    const { number } = paragraph
    return [{ type: 'scene_heading', text: oneLine(text), ...(number !== undefined && { number }) }]
  }
  if (type === 'Character') {
    const { name, extensions } = readCue(oneLine(seen))
    return [{ type: 'character', name, extensions, ...(dual && { dual: true as const }) }]
  }
  const outline = /^Outline (\d)$/.exec(type)?.[1]
  if (outline !== undefined) return [{ type: 'section', depth: Number(outline), text: oneLine(seen) }]
  if (type === 'Summary') return [{ type: 'synopsis', text: oneLine(seen) }]
  if (type === 'Note') return [{ type: 'note', text: seen }]
  if (type === 'Transition') return [{ type: 'transition', text: oneLine(text) }]
  if (type === 'Lyric') return [{ type: 'lyrics', text: lines(text) }]
  if (speaks && type === 'Parenthetical')
    return [{ type: 'parenthetical', text: oneLine(text).replace(/^\(|\)$/g, '') }]
  if (speaks && type === 'Dialogue') return [{ type: 'dialogue', text: lines(text) }]
  return text.split(/\n\s*\n/).map((part) => ({ type: 'action', text: part.replace(/^\n+|\s+$/g, '') }))
}

/** Printed in the middle, by their kind. */
const CENTERED = /^(?:New Act|End of Act|Cold Opening|Act&Scene Break)$/

function plain(text: string): readonly Run[] {
  return text === '' ? [] : [{ text }]
}

/** As a text is read: no line ends in blanks. */
function tidy(text: string): string {
  const lines = text.replaceAll('\t', '    ').split('\n')
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '')
}

function lines(text: string): string {
  return text.replace(/^\s+/gm, (blanks) => blanks.replace(/[^\n]/g, ''))
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/** Would a reader see the same, and a production provide the same? */
export function alike(one: Paragraph, other: Paragraph): boolean {
  const seen = ({ type, number, centered, runs, stretches }: Paragraph): string =>
    JSON.stringify([type, number, centered, runs, stretches])
  return seen(one) === seen(other)
}
