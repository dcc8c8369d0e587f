import { removeHidden } from './hidden.ts'

/** A stretch of text in one style. */
export interface Run {
  readonly text: string
  readonly bold?: true
  readonly italic?: true
  readonly underline?: true
}

/**
 * The text as printed: without notes, boneyards and the marks of emphasis, with escapes resolved. Emphasis begins and
 * ends on one line, beside its words.
 */
export function toPlainText(text: string): string {
  return MARKUP.test(text)
    ? parseRuns(text)
        .map((run) => run.text)
        .join('')
    : text
}

/** The printed text with its styles, in order; neighbours differ in style, and none is empty. */
export function parseRuns(text: string): readonly Run[] {
  if (!MARKUP.test(text)) return text === '' ? [] : [{ text }]
  // Each mark becomes one character that no text has, so that later marks of emphasis may enclose it.
  let marked = removeHidden(text).replaceAll('\\*', '\uFDD4').replaceAll('\\_', '\uFDD5')
  for (const [mark, replacement] of EMPHASES) marked = replaceMarks(marked, mark, replacement)
  const result: Run[] = []
  const on = { bold: false, italic: false, underline: false }
  let pending = ''
  let style: Omit<Run, 'text'> = {}
  for (const piece of marked.split(/([\uFDD0-\uFDD3])/)) {
    if (MARKS[piece]) for (const each of MARKS[piece]) on[each] = !on[each]
    else if (piece !== '') {
      // Neighbours of one style are joined before they become a run.
      if (pending !== '' && !isStyle(style, on)) {
        result.push({ text: restoreEscapes(pending), ...style })
        pending = ''
      }
      if (pending === '') style = styleOf(on)
      pending += piece
    }
  }
  if (pending !== '') result.push({ text: restoreEscapes(pending), ...style })
  return result
}

/**
 * Prints runs in Fountain's marks, escaped only where that is needed: the inverse of `parseRuns`, except that blanks at
 * the edges of a run are put outside its marks.
 */
export function printRuns(runs: readonly Run[]): string {
  const merged: Run[] = []
  for (const run of runs) appendRun(merged, run)
  const write = (escapeText: (words: string) => string): string =>
    merged.map((run) => printRun(run, escapeText)).join('')
  const plain = write((words) => words)
  if (!MARKUP.test(plain)) return plain
  const seen = runs.map((run) => run.text).join('')
  const alike = runs.every((run) => !/[*_]/.test(run.text)) || (merged.length < 2 && toPlainText(plain) === seen)
  return alike ? plain : write((words) => words.replace(/[*_]/g, '\\$&'))
}

function printRun({ text, bold, italic, underline }: Run, escapeText: (words: string) => string): string {
  const stars = (bold ? '**' : '') + (italic ? '*' : '')
  const line = (words: string): string => {
    const inner = words.trim()
    if (inner === '') return words
    const start = words.length - words.trimStart().length
    const [before, after] = [words.slice(0, start), words.slice(start + inner.length)]
    const starred = `${stars}${escapeText(inner)}${stars}`
    return before + (underline ? `_${starred}_` : starred) + after
  }
  return text.split('\n').map(line).join('\n')
}

const MARKUP = /[*_[\\/]/

/** The marks in the order in which they are looked for: the longest first. */
const EMPHASES: readonly (readonly [string, string])[] = [
  ['***', '\uFDD0'],
  ['**', '\uFDD1'],
  ['*', '\uFDD2'],
  ['_', '\uFDD3'],
]

/**
 * Replaces every pair of a mark that encloses words on one line. An opening mark has a word after it, a closing mark has
 * one before it. Time is linear, because a line without a closing mark is left at once.
 */
function replaceMarks(text: string, mark: string, replacement: string): string {
  if (!text.includes(mark)) return text
  return text
    .split(/(?<=[\n\r\u2028\u2029])/)
    .map((line) => replaceMarksOfLine(line, mark, replacement))
    .join('')
}

function replaceMarksOfLine(line: string, mark: string, replacement: string): string {
  let result = ''
  let done = 0
  for (let open = line.indexOf(mark); open >= 0; open = line.indexOf(mark, open)) {
    const first = line[open + mark.length] ?? ' '
    if (/\s/.test(first) || (mark === '***' && first === '*')) {
      open += 1
      continue
    }
    let close = line.indexOf(mark, open + mark.length + 1)
    while (close >= 0 && /\s/.test(line[close - 1] ?? '')) close = line.indexOf(mark, close + 1)
    if (close < 0) break
    result += line.slice(done, open) + replacement + line.slice(open + mark.length, close) + replacement
    done = close + mark.length
    open = done
  }
  return done === 0 ? line : result + line.slice(done)
}

const MARKS: Readonly<Record<string, readonly ('bold' | 'italic' | 'underline')[]>> = {
  '\uFDD0': ['bold', 'italic'],
  '\uFDD1': ['bold'],
  '\uFDD2': ['italic'],
  '\uFDD3': ['underline'],
}

function restoreEscapes(text: string): string {
  return text.replaceAll('\uFDD4', '*').replaceAll('\uFDD5', '_')
}

function styleOf(on: Readonly<Record<'bold' | 'italic' | 'underline', boolean>>): Omit<Run, 'text'> {
  return {
    ...(on.bold && { bold: true }),
    ...(on.italic && { italic: true }),
    ...(on.underline && { underline: true }),
  }
}

function isStyle(style: Omit<Run, 'text'>, on: Readonly<Record<'bold' | 'italic' | 'underline', boolean>>): boolean {
  return (
    (style.bold === true) === on.bold &&
    (style.italic === true) === on.italic &&
    (style.underline === true) === on.underline
  )
}

function appendRun(runs: Run[], run: Run): void {
  const last = runs.at(-1)
  const alike = last && last.bold === run.bold && last.italic === run.italic && last.underline === run.underline
  if (alike) runs.splice(-1, 1, { ...last, text: last.text + run.text })
  else runs.push(run)
}
