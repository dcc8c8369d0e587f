import { parseRuns, printRuns, type Run } from '../emphasis.ts'
import { readCue } from '../fountain/classify-line.ts'
import { addBrackets, removeBrackets } from '../parenthetical.ts'
import { tagsOf } from '../tags.ts'
import type { ScriptElement } from '../types.ts'
import { attachTags, joinRuns, markTags, type TaggedText } from './tags.ts'
import { replaceIllegalCharacters } from './xml.ts'

/** A paragraph of a Final Draft file. */
export interface Paragraph extends TaggedText {
  readonly type: string
  readonly number?: string
  readonly centered?: true
}

/** The paragraph of an element, without characters that XML cannot hold; undefined: Final Draft has none for it. */
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
      return { type: 'Parenthetical', runs: parseRuns(addBrackets(element.text)) }
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
 * The elements of a paragraph: several where a blank line divides an action. `inSpeech` says whether a speech may
 * continue here; dialogue without a speaker is action. A kind that Fountain has no word for is action, or centred.
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
  if (paragraph.centered) return [{ type: 'centered', text: joinLines(text) }]
  if (type === 'Scene Heading') {
    const { number } = paragraph
    return [{ type: 'scene_heading', text: joinLines(text), ...(number !== undefined && { number }) }]
  }
  if (type === 'Character') {
    const { name, extensions, notes } = readCue(joinLines(seen))
    const dualMark = dual && { dual: true as const }
    return [{ type: 'character', name, extensions, ...dualMark, ...(notes !== '' && { notes }) }]
  }
  const outline = /^Outline (\d)$/.exec(type)?.[1]
  if (outline !== undefined) return [{ type: 'section', depth: Number(outline), text: joinLines(seen) }]
  if (type === 'Summary') return [{ type: 'synopsis', text: joinLines(seen) }]
  if (type === 'Note') return [{ type: 'note', text: seen }]
  if (type === 'Transition') return [{ type: 'transition', text: joinLines(text) }]
  if (type === 'Lyric') return [{ type: 'lyrics', text: stripIndents(text) }]
  if (inSpeech && type === 'Parenthetical') return [{ type: 'parenthetical', text: stripBrackets(joinLines(text)) }]
  if (inSpeech && type === 'Dialogue') return [{ type: 'dialogue', text: stripIndents(text) }]
  return text.split(/\n(?:[^\S\n]*\n)+/).map((part) => ({ type: 'action', text: part.replace(/^\n+/, '').trimEnd() }))
}

/** A parenthetical without its brackets, of which one may be missing. */
function stripBrackets(text: string): string {
  return removeBrackets(text) ?? text.replace(/^\(|\)$/g, '')
}

function plainRuns(text: string): readonly Run[] {
  return text === '' ? [] : [{ text }]
}

/** The text without blanks at the ends of its lines. */
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
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
}

/** Whether two paragraphs print the same and have the same tags. */
export function isSameParagraph(one: Paragraph, other: Paragraph): boolean {
  const seen = ({ type, number, centered, runs, spans }: Paragraph): string =>
    JSON.stringify([type, number, centered, runs, spans])
  return seen(one) === seen(other)
}
