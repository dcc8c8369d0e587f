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
export function visible(text: string): string {
  return MARKED.test(text)
    ? runs(text)
        .map((run) => run.text)
        .join('')
    : text
}

/** The same with its styles, in order; neighbours differ in style, and none is empty. */
export function runs(text: string): readonly Run[] {
  if (!MARKED.test(text)) return text === '' ? [] : [{ text }]
  let marked = hidden(text)
  // Each mark becomes one character that no text has, which later marks of emphasis may embrace.
  for (const [emphasis, mark] of EMPHASES) marked = marked.replace(emphasis, `${mark}$1${mark}`)
  const made: Run[] = []
  const on = { bold: false, italic: false, underline: false }
  for (const piece of marked.split(/([\uFDD0-\uFDD3])/)) {
    if (MARKS[piece]) for (const style of MARKS[piece]) on[style] = !on[style]
    else if (piece !== '') join(made, { text: shown(piece), ...styleOf(on) })
  }
  return made
}

/**
 * A text in Fountain's marks, escaped only where that is needed: the inverse of `runs`, but that blanks at the edges of a
 * run stay outside.
 */
export function marked(given: readonly Run[]): string {
  const merged: Run[] = []
  for (const run of given) join(merged, run)
  const write = (spell: (words: string) => string): string => merged.map((run) => markedRun(run, spell)).join('')
  const plain = write((words) => words)
  if (!MARKED.test(plain)) return plain
  const seen = given.map((run) => run.text).join('')
  const alike = given.every((run) => !/[*_]/.test(run.text)) || (merged.length < 2 && visible(plain) === seen)
  return alike ? plain : write((words) => words.replace(/[*_]/g, '\\$&'))
}

function markedRun({ text, bold, italic, underline }: Run, spell: (words: string) => string): string {
  const stars = (bold ? '**' : '') + (italic ? '*' : '')
  const line = (words: string): string => {
    const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(words) ?? []
    if (inner === '') return words
    const starred = `${stars}${spell(inner)}${stars}`
    return before + (underline ? `_${starred}_` : starred) + after
  }
  return text.split('\n').map(line).join('\n')
}

const MARKED = /[*_[\\/]/

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

function hidden(text: string): string {
  return text
    .replace(/\[\[(?:(?!\[\[|\]\])[\s\S])*\]\]|\/\*[\s\S]*?\*\//g, '')
    .replaceAll('\\*', '\uFDD4')
    .replaceAll('\\_', '\uFDD5')
}

function shown(text: string): string {
  return text.replaceAll('\uFDD4', '*').replaceAll('\uFDD5', '_')
}

function styleOf(on: Readonly<Record<'bold' | 'italic' | 'underline', boolean>>): Omit<Run, 'text'> {
  return {
    ...(on.bold && { bold: true }),
    ...(on.italic && { italic: true }),
    ...(on.underline && { underline: true }),
  }
}

function join(made: Run[], run: Run): void {
  const last = made.at(-1)
  const alike = last && last.bold === run.bold && last.italic === run.italic && last.underline === run.underline
  if (alike) made.splice(-1, 1, { ...last, text: last.text + run.text })
  else made.push(run)
}
