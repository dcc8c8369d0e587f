import { fix, fromFdx, lint, parseFountain, printFountain, type Script } from '../../screenplay/index.ts'
import { isChat } from '../../screenplay/rules/chat.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import type { Fix } from './document.ts'
import { diffLines } from './line-diff.ts'

/** A model's pages, read leniently. */
export interface Pages {
  /** Fountain of each scene; together they are the pages. The first scene includes the text before its heading. */
  readonly scenes: readonly string[]
  /** The changes by code: unambiguous errors of form, and talk around the pages. */
  readonly fixes: readonly Fix[]
  /** Where the writer left the outline, in the writer's words. */
  readonly departure: string | undefined
  /** Unreadable parts and errors of form, a sentence each, worded for the model. */
  readonly problems: readonly string[]
  /** True: there is no scene or speech in it at all. */
  readonly unreadable: boolean
}

/** Reads an answer. Never throws: an answer without a script is `unreadable`. */
export function readPages(answer: string): Pages {
  const fixes: Fix[] = []
  const text = fromOtherFormat(answer.replace(/\r\n?/g, '\n'), fixes)
  const { pages, departure } = takeDeparture(stripTitlePage(stripTalk(text, fixes), fixes))
  const fixed = fixForm(pages, fixes)
  const script = parseFountain(fixed)
  const unreadable = !script.elements.some(({ type }) => type === 'scene_heading' || type === 'character')
  return {
    scenes: unreadable ? [] : splitScenes(fixed, script),
    fixes,
    departure,
    problems: unreadable ? [noScript(fixed)] : formProblems(script),
    unreadable,
  }
}

function noScript(text: string): string {
  const start = text.trim().slice(0, 80)
  return start === '' ? 'It is empty.' : `It is not a script: it begins with "${start}" and has no scene heading.`
}

/** Fountain of an answer in Final Draft's format. Other formats stay as they are, and the model is asked again. */
function fromOtherFormat(text: string, fixes: Fix[]): string {
  const xml = /<\?xml[\s\S]*<\/FinalDraft>|<FinalDraft[\s\S]*<\/FinalDraft>/.exec(text)?.[0]
  if (xml === undefined) return text
  try {
    const fountain = printFountain({ titlePage: [], elements: fromFdx(xml).elements })
    fixes.push({ before: 'A Final Draft file', after: 'The same as Fountain' })
    return fountain
  } catch {
    return text
  }
}

const FENCE = /^\s*(?:```|~~~)\s*\w*\s*$/

/** The pages without a code fence, the text outside it, and a greeting or a farewell. */
function stripTalk(text: string, fixes: Fix[]): string {
  const lines = text.split('\n')
  const fences = lines.flatMap((line, at) => (FENCE.test(line) ? [at] : []))
  const open = fences[0]
  const close = fences.length > 1 ? fences.at(-1) : undefined
  const isFenced = open !== undefined && isPages(lines.slice(open + 1, close))
  const [start, end] = isFenced ? [open + 1, close ?? lines.length] : [0, lines.length]
  const [from, to] = linesWithoutTalk(lines.slice(start, end))
  const kept = lines.slice(start + from, start + to).filter((line) => !FENCE.test(line))
  const outside = [...lines.slice(0, start + from), ...lines.slice(start + to)]
  const talk = outside.filter((line) => line.trim() !== '' && !FENCE.test(line))
  if (talk.length > 0 || fences.length > 0) fixes.push({ before: talk.join('\n') || 'A code fence', after: '' })
  return kept.join('\n').replace(/^(?:[ \t]*\n)+|\s+$/g, '')
}

function isPages(lines: readonly string[]): boolean {
  return parseFountain(lines.join('\n')).elements.some(({ type }) => type === 'scene_heading' || type === 'character')
}

/** The range of lines without talk about the script at either end. Lines of a speech are always kept. */
function linesWithoutTalk(lines: readonly string[]): readonly [from: number, to: number] {
  const { elements, titlePage } = parseFountain(lines.join('\n'))
  const isTalk = (element: ScriptElement): boolean =>
    element.type === 'action' && element.text.split('\n').every((line) => line.trim() === '' || isTalkLine(line))
  const first = elements.findIndex((element) => !isTalk(element))
  const last = elements.findLastIndex((element) => !isTalk(element))
  if (first < 0) return [0, lines.length]
  const from = first === 0 || titlePage.length > 0 ? 0 : (elements[first]?.at?.from ?? 1) - 1
  return [from, last === elements.length - 1 ? lines.length : (elements[last]?.at?.to ?? lines.length)]
}

function isTalkLine(line: string): boolean {
  return FENCE.test(line) || isChat(line) || /^\s*(?:-{3,}|\*{3,})\s*$/.test(line)
}

/** The pages without a title page, because the document holds the title page apart. */
function stripTitlePage(text: string, fixes: Fix[]): string {
  if (parseFountain(text).titlePage.length === 0) return text
  const end = text.search(/\n[ \t]*\n/)
  if (end < 0) return text
  fixes.push({ before: text.slice(0, end), after: '' })
  return text.slice(end).replace(/^\s*\n/, '')
}

/** Splits off the writer's note about departures from the outline, which follows the last line. */
function takeDeparture(text: string): { readonly pages: string; readonly departure: string | undefined } {
  const found = /\n\s*\[\[\s*OUTLINE:([^\]]*)\]\]\s*$/i.exec(text)
  if (!found) return { pages: text, departure: undefined }
  return { pages: text.slice(0, found.index).trimEnd(), departure: found[1]?.trim() || undefined }
}

/** The pages with the library's fixes, applied only if all words are unchanged. */
function fixForm(text: string, fixes: Fix[]): string {
  const { script, fixed } = fix(text, { mode: 'generated' })
  if (fixed.length === 0) return text
  const printed = printFountain(script).trimEnd()
  if (wordsOf(printed) !== wordsOf(text)) return text
  for (const { removed, added } of diffLines(text, printed)) {
    const [before, after] = [removed, added].map((lines) => lines.filter((line) => line.trim() !== '').join('\n'))
    if (before !== after) fixes.push({ before: before ?? '', after: after ?? '' })
  }
  return printed
}

function wordsOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}

/** Rules that a part of a script can break by itself and that need its writer to fix. */
const PIECE_RULES: ReadonlySet<string> = new Set(['F01', 'F03', 'F06'])

function formProblems(script: Script): readonly string[] {
  const found = lint(script, { mode: 'generated' }).filter(
    ({ code, severity }) => severity === 'error' && PIECE_RULES.has(code),
  )
  const messages = found.map(({ message, line, fix: advice }) => `Line ${line}: ${message} ${advice ?? ''}`.trim())
  return [...new Set(messages)].slice(0, 8)
}

/** The text cut before each heading but the first; the pieces together are the text again. */
export function splitScenes(text: string, script: Script = parseFountain(text)): readonly string[] {
  const starts = script.elements.flatMap(({ type, at }) => (type === 'scene_heading' && at ? [at.from - 1] : []))
  const lines = text.split('\n')
  const cuts = [0, ...starts.slice(1)]
  return cuts.map((from, at) => {
    const to = cuts[at + 1]
    return `${lines.slice(from, to ?? lines.length).join('\n')}${to === undefined ? '' : '\n'}`
  })
}

/** True where the last words look like the middle of a sentence. */
export function stopsMidSentence(text: string): boolean {
  const last = text.trimEnd().split('\n').at(-1) ?? ''
  return /[\p{Ll},]$/u.test(last) && /\p{Ll}/u.test(last) && !/:$/.test(last)
}
