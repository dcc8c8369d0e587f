import { hasHeadingPrefix } from '../heading-languages.ts'
import { removeHidden } from '../hidden.ts'
import type { ScriptElement } from '../types.ts'

/**
 * Returns the kind of a line at the start of a paragraph, by Fountain 1.1. The parser reads with it, and the printer learns from it
 * whether a line needs a mark. A heading needs no blank line below it, because many writers and most models leave it
 * out; models also put stars around it.
 */
export function classifyLine(line: string, followedBy: 'by text' | 'by a blank'): ScriptElement['type'] {
  const text = line.trim()
  const forced = FORCED.find(([pattern]) => pattern.test(text))
  if (forced) return forced[1]
  if (isCentered(text)) return 'centered'
  if (text.startsWith('>')) return 'transition'
  if (text.startsWith('~')) return 'lyrics'
  if (HEADING_START.test(stripOpeningMarks(text)) || isForeignHeading(text)) return 'scene_heading'
  if (/ ?TO:$/.test(text) && text.length <= LONGEST_CUE && isCapitals(text)) return 'transition'
  return followedBy === 'by text' && isCue(text) ? 'character' : 'action'
}

/** Characters; a longer line is no name, and would take long to be read as one. */
const LONGEST_CUE = 300

const FORCED: readonly (readonly [RegExp, ScriptElement['type']])[] = [
  [/^!/, 'action'],
  [/^@/, 'character'],
  [/^\.(?![.\s])./, 'scene_heading'],
  [/^={3,}$/, 'page_break'],
  [/^=/, 'synopsis'],
  [/^#{1,6}/, 'section'],
]

function isCentered(text: string): boolean {
  return text.length > 1 && text.startsWith('>') && text.endsWith('<')
}

const HEADING_START = /^(?:int\.?\s?\/\s?ext|ext\.?\s?\/\s?int|i\.?\s?\/\s?e|int|ext|est)[. ]\s*\S/i

function stripOpeningMarks(text: string): string {
  return /^[*_]/.test(text) ? text.slice(0, 400).replace(/^[*_]+/, '') : text
}

/** A cue: capitals without a letter in small, and none of the words that announce a picture or a text on a screen. */
function isCue(text: string): boolean {
  if (text.length > LONGEST_CUE) return false
  const { name } = readCue(removeHidden(text).trim())
  return isCapitals(name) && !ANNOUNCES.test(name)
}

/** Words in capitals that models and writers put right above a text, and that are no name. */
const ANNOUNCES =
  /^(?:SUPER(?:IMPOSE)?|CHYRON|TITLE CARD|INSERT|CLOSE(?: UP| ON)|CLOSEUP|ANGLE ON|WIDE SHOT|BACK TO (?:SCENE|PRESENT)|INTERCUT(?: WITH)?|(?:END )?(?:OF )?(?:MONTAGE|FLASHBACK|SERIES OF SHOTS))(?: *[-–—:].*|:|$| (?:THE|AN?|HIS|HER) .*)$/

/** A heading in a language that Fountain does not know: only in capitals and with its dot, so that no sentence is one. */
export function isForeignHeading(text: string): boolean {
  return hasHeadingPrefix(text) && !SMALL_LETTER.test(removeHidden(text))
}

/** So clearly a heading that it is one in the middle of a paragraph too: capitals throughout, and a dot. */
export function isHeadingAnywhere(line: string): boolean {
  if (!/^\s*[IE]/.test(line)) return false
  const text = line.trim()
  return /^(?:INT\.?\/EXT|EXT\.?\/INT|I\.?\/E|INT|EXT|EST)\. *\S/.test(text) && isCapitals(removeHidden(text))
}

/** Capitals, and `ß`, which German keeps among them. A text without a capital is none, so such a cue needs its `@`. */
function isCapitals(text: string): boolean {
  return /\p{Lu}/u.test(text) && !SMALL_LETTER.test(text)
}

const SMALL_LETTER = /(?!ß)\p{Ll}/u

/** The parts of a cue: its name, its extensions, its notes in their marks, and the mark of dual dialogue. */
export interface Cue {
  readonly name: string
  readonly extensions: readonly string[]
  readonly notes: string
  readonly dual: boolean
}

/** Reads a cue from its end, so that time is linear. */
export function readCue(line: string): Cue {
  const trimmed = line.trim()
  const notes = /\[\[|\/\*/.test(trimmed) ? splitNotes(trimmed) : { text: trimmed, notes: '' }
  const dual = notes.text.endsWith('^')
  let name = (dual ? notes.text.slice(0, -1) : notes.text).trimEnd()
  const extensions: string[] = []
  while (name.endsWith(')')) {
    const open = name.lastIndexOf('(')
    const extension = name.slice(open + 1, -1)
    if (open < 1 || extension.includes(')') || name.slice(0, open).trim() === '') break
    extensions.push(extension)
    name = name.slice(0, open).trimEnd()
  }
  return { name, extensions: extensions.reverse(), notes: notes.notes, dual }
}

/** The text of a cue without its notes, and the notes joined. A cue that is nothing else keeps them. */
function splitNotes(text: string): { readonly text: string; readonly notes: string } {
  if (text.length > LONGEST_CUE) return { text, notes: '' }
  const notes = text.match(/\[\[(?:(?!\[\[|\]\])[\s\S])*\]\]/g) ?? []
  const rest = notes
    .reduce((left, note) => left.replace(note, ' '), text)
    .replace(/ {2,}/g, ' ')
    .trim()
  return rest === '' || notes.length === 0 ? { text, notes: '' } : { text: rest, notes: notes.join(' ') }
}

/** A line of a speech that would be read as another element, with the backslashes that keep it from that. */
const ESCAPABLE = /^\\*[(（~]/

/** Whether a backslash at the start of a line of a speech is an escape. */
export function isEscaped(line: string): boolean {
  return line.startsWith('\\') && (ESCAPABLE.test(line) || isHeadingAnywhere(line.replace(/^\\+/, '')))
}

/** Keys that open a title page. Others may follow them; a script that begins `CUT TO:` has none. */
const TITLE_KEYS =
  /^(?:title|credits?|authors?|written by|source|notes?|draft(?: date)?|date|contact(?: info)?|copyright|revision|episode|series|format|font|language)$/i

/** Keys that no line of a script begins with, so that a title page is known by them in any of its lines. */
const CERTAIN_TITLE_KEYS = /^(?:title|credit|authors?|written by|draft date|contact|copyright)$/i

export function opensTitlePage(key: string): boolean {
  return TITLE_KEYS.test(key.trim())
}

export function isCertainTitleKey(key: string): boolean {
  return CERTAIN_TITLE_KEYS.test(key.trim())
}
