import { removeBrackets } from '../parenthetical.ts'
import type { Script, ScriptElement } from '../types.ts'
import { classifyLine, isEscaped, isHeadingAnywhere, readCue } from './classify-line.ts'
import { boneyardOf, type Line, noteOf, readLines } from './lines.ts'
import { readTitlePage } from './title-page.ts'

/**
 * Reads Fountain 1.1. Never throws: a paragraph of no other kind is action. Element lines are counted in `text` as given.
 * Blank lines beyond the one between paragraphs become empty actions. A note or boneyard inside a text stays in it. Time
 * is linear in the length of the text.
 */
export function parseFountain(text: string): Script {
  const lines = readLines(text)
  const { titlePage, skipped, next } = readTitlePage(lines)
  const above = titlePage.length > 0 ? readBody(lines.slice(0, skipped)) : []
  const body = readBody(lines.slice(next))
  return { titlePage, elements: above.length > 0 ? [...above, ...body] : body }
}

function readBody(lines: readonly Line[]): readonly ScriptElement[] {
  const reader: Reader = { lines, continuesSpeech: findSpeechLines(lines) }
  const elements: ScriptElement[] = []
  let blanks = 0
  let wasSpeech = false
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as Line
    if (line.text.trim() === '') {
      blanks += 1
      at += 1
      continue
    }
    for (let extra = elements.length > 0 ? blanks - 1 : 0; extra > 0; extra--) {
      elements.push({ type: 'action', text: '', at: { from: line.from - extra, to: line.from - extra } })
      wasSpeech = false
    }
    blanks = 0
    const { read, next } = readElement(reader, at)
    // Lyrics after a speech are no part of it, because a blank line parts them from it.
    const alone = wasSpeech && read[0]?.type === 'lyrics'
    for (const element of read) elements.push(alone && element.type === 'lyrics' ? { ...element, alone } : element)
    wasSpeech = read[0]?.type === 'character'
    at = next
  }
  return elements
}

interface Reader {
  readonly lines: readonly Line[]
  /** For each line, whether a speech above it continues on it. */
  readonly continuesSpeech: readonly boolean[]
}

/** The elements of a paragraph, and the line after it. */
interface Paragraph {
  readonly read: readonly ScriptElement[]
  readonly next: number
}

/** A line of two blanks does not end a speech when words follow. */
function findSpeechLines(lines: readonly Line[]): readonly boolean[] {
  const continues: boolean[] = new Array(lines.length).fill(false)
  for (let at = lines.length - 1; at >= 0; at--) {
    const { text } = lines[at] as Line
    if (text.trim() === '') continues[at] = text.length >= 2 && continues[at + 1] === true
    else continues[at] = boneyardOf(text) === undefined && !isHeadingAnywhere(text)
  }
  return continues
}

/** The paragraph that begins at a line: one element, or a whole speech. */
function readElement(reader: Reader, at: number): Paragraph {
  const { lines } = reader
  const { text, from, to } = lines[at] as Line
  const below = lines[at + 1]?.text ?? ''
  const trimmed = text.trim()
  const where = { at: { from, to } }
  const one = (element: ScriptElement): Paragraph => ({ read: [element], next: at + 1 })

  const boneyard = boneyardOf(text)
  if (boneyard !== undefined) return one({ type: 'boneyard', text: boneyard, ...where })
  const note = noteOf(text)
  if (note !== undefined && (below.trim() === '' || noteOf(below) !== undefined))
    return one({ type: 'note', text: note, ...where })

  const alone = below.trim() === '' || boneyardOf(below) !== undefined || isHeadingAnywhere(below)
  const type = classifyLine(text, alone ? 'by a blank' : 'by text')
  switch (type) {
    case 'scene_heading':
      return one({ type, ...readHeadingLine(trimmed.startsWith('.') ? trimmed.slice(1) : trimmed), ...where })
    case 'character':
      return readSpeech(reader, at)
    case 'transition':
      return one({ type, text: trimmed.replace(/^>\s*/, ''), ...where })
    case 'centered':
      return one({ type, text: trimmed.slice(1, -1).trim(), ...where })
    case 'section': {
      const depth = /^#{1,6}/.exec(trimmed)?.[0].length ?? 1
      return one({ type, depth, text: trimmed.slice(depth).trim(), ...where })
    }
    case 'synopsis':
      return one({ type, text: trimmed.slice(1).trim(), ...where })
    case 'page_break':
      return one({ type, ...where })
    case 'lyrics':
      return readLyrics(reader, at)
    default:
      return readAction(reader, at)
  }
}

/** The scene number is between `#` at the end, or before the notes at the end. */
function readHeadingLine(line: string): { readonly text: string; readonly number?: string } {
  const notes = /(?:\s*\[\[[^[\]]*\]\])+$/.exec(line.slice(-2000))?.[0] ?? ''
  const [heading, after] = [line.slice(0, line.length - notes.length).trimEnd(), notes.trim()]
  const open = heading.endsWith('#') ? heading.lastIndexOf('#', heading.length - 2) : -1
  const number = open > 0 ? heading.slice(open + 1, -1) : ''
  const text = heading.slice(0, open).trimEnd()
  if (number === '' || /\s/.test(number) || text === '') return { text: line }
  return { text: after === '' ? text : `${text} ${after}`, number }
}

function readAction({ lines }: Reader, at: number): Paragraph {
  const forced = /^\s*!/.test(lines[at]?.text ?? '')
  const taken = takeWhile(lines, at, ({ text }, index) => {
    if (index === 0) return true
    return text.trim() !== '' && boneyardOf(text) === undefined && (forced || !isHeadingAnywhere(text))
  })
  const text = taken.map((line, index) => (index === 0 && forced ? removeForce(line.text) : line.text).trimEnd())
  return { read: [{ type: 'action', text: text.join('\n'), at: lineRange(taken) }], next: at + taken.length }
}

/** Removes the mark of a forced action: `!`, or before a capital letter `!!`, by which Beat marks a shot. */
function removeForce(line: string): string {
  return line.replace(/^\s*(?:!!(?=!*\p{Lu})|!)/u, '')
}

function readLyrics({ lines }: Reader, at: number): Paragraph {
  const taken = takeWhile(lines, at, ({ text }) => text.trimStart().startsWith('~'))
  const text = taken.map((line) => line.text.trim().slice(1).trim()).join('\n')
  return { read: [{ type: 'lyrics', text, at: lineRange(taken) }], next: at + taken.length }
}

function readSpeech(reader: Reader, start: number): Paragraph {
  const { lines, continuesSpeech } = reader
  const cue = lines[start] as Line
  const { name, extensions, notes, dual } = readCue(cue.text.trim().replace(/^@\s*/, ''))
  const elements: ScriptElement[] = [
    {
      type: 'character',
      name,
      extensions,
      ...(dual && { dual }),
      ...(notes !== '' && { notes }),
      at: { from: cue.from, to: cue.to },
    },
  ]
  let at = start + 1
  while (continuesSpeech[at]) {
    const paragraph = (lines[at] as Line).text.trimStart().startsWith('~')
      ? readLyrics(reader, at)
      : (readParenthetical(reader, at) ?? readDialogue(reader, at))
    for (const element of paragraph.read) elements.push(element)
    at = paragraph.next
  }
  return { read: elements, next: at }
}

/** A parenthetical may span a few lines: the first begins with its bracket, only the last has the closing one. */
function readParenthetical({ lines, continuesSpeech }: Reader, at: number): Paragraph | undefined {
  const taken = parentheticalLines((index) =>
    continuesSpeech[at + index] || index === 0 ? lines[at + index]?.text.trim() : undefined,
  )
  if (taken.length === 0) return undefined
  const text = removeBrackets(taken.join('\n')) ?? ''
  const where = { from: lines[at]?.from ?? 0, to: lines[at + taken.length - 1]?.to ?? 0 }
  return { read: [{ type: 'parenthetical', text, at: where }], next: at + taken.length }
}

/** The lines of a parenthetical that begins at line 0 of a speech; none: it is dialogue. */
export function parentheticalLines(lineAt: (index: number) => string | undefined): readonly string[] {
  const first = lineAt(0) ?? ''
  if (removeBrackets(first) !== undefined) return [first]
  if (!first.startsWith('(') || first.includes(')')) return []
  const taken = [first]
  while (taken.length < LONGEST_PARENTHETICAL) {
    const line = lineAt(taken.length)
    if (line === undefined || line === '' || /^[(~]/.test(line)) return []
    taken.push(line)
    if (line.includes(')')) return line.indexOf(')') === line.length - 1 ? taken : []
  }
  return []
}

/** Lines; a longer one is dialogue. */
const LONGEST_PARENTHETICAL = 6

function readDialogue(reader: Reader, at: number): Paragraph {
  const { lines, continuesSpeech } = reader
  const taken = takeWhile(lines, at, ({ text }, index) => {
    if (index === 0) return true
    return continuesSpeech[at + index] === true && !/^\s*~/.test(text) && !readParenthetical(reader, at + index)
  })
  const text = taken.map((line) => {
    const words = line.text.trim()
    return isEscaped(words) ? words.slice(1) : words
  })
  return { read: [{ type: 'dialogue', text: text.join('\n'), at: lineRange(taken) }], next: at + taken.length }
}

function takeWhile(
  lines: readonly Line[],
  at: number,
  accepts: (line: Line, index: number) => boolean,
): readonly Line[] {
  const taken: Line[] = []
  for (let line = lines[at]; line && accepts(line, taken.length); line = lines[at + taken.length]) taken.push(line)
  return taken
}

function lineRange(lines: readonly Line[]): { from: number; to: number } {
  return { from: lines[0]?.from ?? 0, to: lines.at(-1)?.to ?? 0 }
}
