/** A stretch of text in one style. */
export interface Run {
  readonly text: string
  readonly bold?: true
  readonly italic?: true
  readonly underline?: true
}

/**
 * What of a text is seen on the page: notes and boneyards gone, the marks of emphasis gone, escapes resolved. Emphasis
 * begins and ends on one line, and hugs its words.
 */
export function toPlainText(text: string): string {
  return MARKUP.test(text)
    ? parseRuns(text)
        .map((run) => run.text)
        .join('')
    : text
}

/** The same with its styles, in order; neighbours differ in style, and none is empty. */
export function parseRuns(text: string): readonly Run[] {
  if (!MARKUP.test(text)) return text === '' ? [] : [{ text }]
  let marked = stripHidden(text)
  // Each mark becomes one character that no text has, which later marks of emphasis may embrace.
  for (const [emphasis, mark] of EMPHASES) marked = marked.replace(emphasis, `${mark}$1${mark}`)
  const result: Run[] = []
  const on = { bold: false, italic: false, underline: false }
  for (const piece of marked.split(/([\uFDD0-\uFDD3])/)) {
    if (MARKS[piece]) for (const style of MARKS[piece]) on[style] = !on[style]
    else if (piece !== '') appendRun(result, { text: restoreEscapes(piece), ...styleOf(on) })
  }
  return result
}

/**
 * A text in Fountain's marks, escaped only where that is needed: the inverse of `runs`, but that blanks at the edges of a
 * run stay outside.
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
    const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(words) ?? []
    if (inner === '') return words
    const starred = `${stars}${escapeText(inner)}${stars}`
    return before + (underline ? `_${starred}_` : starred) + after
  }
  return text.split('\n').map(line).join('\n')
}

const MARKUP = /[*_[\\/]/

/** In the order in which they are looked for: the longest mark first. Bounded, so that stray marks cost no time. */
const EMPHASES: readonly (readonly [RegExp, string])[] = [
  [/\*\*\*(?=[^\s*])(.{1,2000}?)(?<=\S)\*\*\*/g, '\uFDD0'],
  [/\*\*(?=[^\s])(.{1,2000}?)(?<=\S)\*\*/g, '\uFDD1'],
  [/\*(?=\S)(.{1,2000}?)(?<=\S)\*/g, '\uFDD2'],
  [/_(?=\S)(.{1,2000}?)(?<=\S)_/g, '\uFDD3'],
]

const MARKS: Readonly<Record<string, readonly ('bold' | 'italic' | 'underline')[]>> = {
  '\uFDD0': ['bold', 'italic'],
  '\uFDD1': ['bold'],
  '\uFDD2': ['italic'],
  '\uFDD3': ['underline'],
}

function stripHidden(text: string): string {
  return text
    .replace(/\[\[(?:(?!\[\[|\]\])[\s\S])*\]\]|\/\*[\s\S]*?\*\//g, '')
    .replaceAll('\\*', '\uFDD4')
    .replaceAll('\\_', '\uFDD5')
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

function appendRun(runs: Run[], run: Run): void {
  const last = runs.at(-1)
  const alike = last && last.bold === run.bold && last.italic === run.italic && last.underline === run.underline
  if (alike) runs.splice(-1, 1, { ...last, text: last.text + run.text })
  else runs.push(run)
}
