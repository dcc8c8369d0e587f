import { parseRuns, printRuns, type Run } from '../emphasis.ts'
import { readCue } from '../fountain/classify-line.ts'
import { tagsOf } from '../tags.ts'
import type { ScriptElement } from '../types.ts'
import { attachTags, joinRuns, markTags, type TaggedText } from './tags.ts'
import { replaceIllegalCharacters } from './xml.ts'

/** A paragraph as Final Draft has it. */
export interface Paragraph extends TaggedText {
  readonly type: string
  readonly number?: string
  readonly centered?: true
}

/** The paragraph of an element, with nothing in it that XML cannot hold; undefined: Final Draft has none for it. */
export function toParagraph(element: ScriptElement): Paragraph | undefined {
  const paragraph = buildParagraph(element)
  if (!paragraph) return undefined
  const { number } = paragraph
  const { runs, spans } = markTags(paragraph.runs, tagsOf(element))
  return {
    ...paragraph,
    ...(number !== undefined && { number: replaceIllegalCharacters(number) }),
    runs: runs.map((run) => ({ ...run, text: replaceIllegalCharacters(run.text) })),
    spans,
  }
}

function buildParagraph(
  element: ScriptElement,
): (Omit<Paragraph, keyof TaggedText> & { readonly runs: readonly Run[] }) | undefined {
  switch (element.type) {
    case 'scene_heading': {
      const { number } = element
      return { type: 'Scene Heading', ...(number !== undefined && { number }), runs: parseRuns(element.text) }
    }
    case 'character': {
      const name = [element.name, ...element.extensions.map((extension) => `(${extension})`)].join(' ')
      return { type: 'Character', runs: plainRuns(name) }
    }
    case 'parenthetical':
      return { type: 'Parenthetical', runs: parseRuns(`(${element.text})`) }
    case 'centered':
      return { type: 'Action', centered: true, runs: parseRuns(element.text) }
    case 'section':
      return { type: `Outline ${Math.min(3, element.depth)}`, runs: plainRuns(element.text) }
    case 'note':
      return { type: 'Note', runs: plainRuns(element.text) }
    case 'synopsis':
      return { type: 'Summary', runs: plainRuns(element.text) }
    case 'action':
    case 'dialogue':
    case 'lyrics':
    case 'transition':
      return { type: PARAGRAPH_TYPES[element.type], runs: parseRuns(element.text) }
    case 'boneyard':
    case 'page_break':
      return undefined
  }
}

const PARAGRAPH_TYPES = { action: 'Action', dialogue: 'Dialogue', lyrics: 'Lyric', transition: 'Transition' } as const

/**
 * The elements of a paragraph: several where a blank line parts an action. `speaks` tells whether a speech may go on
 * here; dialogue without a speaker is action. A kind that Fountain has no word for is action too, or centred.
 */
export function toElements(paragraph: Paragraph, inSpeech: boolean, dual: boolean): readonly ScriptElement[] {
  const elements = toUntaggedElements(paragraph, inSpeech, dual)
  if (paragraph.spans.length === 0) return elements
  const texts = elements.map((element) => joinRuns(buildParagraph(element)?.runs ?? []))
  return attachTags(elements, texts, paragraph)
}

function toUntaggedElements(paragraph: Paragraph, inSpeech: boolean, dual: boolean): readonly ScriptElement[] {
  const text = trimLines(printRuns(paragraph.runs))
  const seen = trimLines(joinRuns(paragraph.runs))
  const { type } = paragraph
  if (seen.trim() === '')
    return inSpeech && type === 'Dialogue' ? [{ type: 'dialogue', text: '' }] : [{ type: 'action', text: '' }]
  if (paragraph.centered || CENTERED_TYPES.test(type)) return [{ type: 'centered', text: joinLines(text) }]
  if (type === 'Scene Heading') {
    const { number } = paragraph
    return [{ type: 'scene_heading', text: joinLines(text), ...(number !== undefined && { number }) }]
  }
  if (type === 'Character') {
    const { name, extensions } = readCue(joinLines(seen))
    return [{ type: 'character', name, extensions, ...(dual && { dual: true as const }) }]
  }
  const outline = /^Outline (\d)$/.exec(type)?.[1]
  if (outline !== undefined) return [{ type: 'section', depth: Number(outline), text: joinLines(seen) }]
  if (type === 'Summary') return [{ type: 'synopsis', text: joinLines(seen) }]
  if (type === 'Note') return [{ type: 'note', text: seen }]
  if (type === 'Transition') return [{ type: 'transition', text: joinLines(text) }]
  if (type === 'Lyric') return [{ type: 'lyrics', text: stripIndents(text) }]
  if (inSpeech && type === 'Parenthetical')
    return [{ type: 'parenthetical', text: joinLines(text).replace(/^\(|\)$/g, '') }]
  if (inSpeech && type === 'Dialogue') return [{ type: 'dialogue', text: stripIndents(text) }]
  return text.split(/\n\s*\n/).map((part) => ({ type: 'action', text: part.replace(/^\n+|\s+$/g, '') }))
}

/** Printed in the middle, by their kind. */
const CENTERED_TYPES = /^(?:New Act|End of Act|Cold Opening|Act&Scene Break)$/

function plainRuns(text: string): readonly Run[] {
  return text === '' ? [] : [{ text }]
}

/** As a text is read: no line ends in blanks. */
function trimLines(text: string): string {
  const lines = text.replaceAll('\t', '    ').split('\n')
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '')
}

function stripIndents(text: string): string {
  return text.replace(/^\s+/gm, (blanks) => blanks.replace(/[^\n]/g, ''))
}

function joinLines(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/** Would a reader see the same, and a production provide the same? */
export function isSameParagraph(one: Paragraph, other: Paragraph): boolean {
  const seen = ({ type, number, centered, runs, spans }: Paragraph): string =>
    JSON.stringify([type, number, centered, runs, spans])
  return seen(one) === seen(other)
}
