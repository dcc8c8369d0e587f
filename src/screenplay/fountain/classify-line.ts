import type { ScriptElement } from '../types.ts'

/**
 * What a line is at the start of a paragraph, by Fountain 1.1. The parser asks it to read, and the printer asks it
 * whether a line would be read as what it is. A heading needs no blank line below it: many writers and most models leave
 * it out, and models put stars around it. `\p{Lu}` is asked of a cue, so that scripts without capitals need the `@`.
 */
export function classifyLine(line: string, followedBy: 'by text' | 'by a blank'): ScriptElement['type'] {
  const text = line.trim()
  const forced = FORCED.find(([pattern]) => pattern.test(text))
  if (forced) return forced[1]
  if (HEADING_START.test(text.replace(/^[*_]+/, '')) || isGermanHeading(text)) return 'scene_heading'
  if (/ ?TO:$/.test(text) && isCapitals(text)) return 'transition'
  return followedBy === 'by text' && text.length <= LONGEST_CUE && isCapitals(readCue(text).name)
    ? 'character'
    : 'action'
}

/** Characters; what is longer is no name, and would take long to be read as one. */
const LONGEST_CUE = 300

const FORCED: readonly (readonly [RegExp, ScriptElement['type']])[] = [
  [/^!/, 'action'],
  [/^@/, 'character'],
  [/^\.(?![.\s])./, 'scene_heading'],
  [/^={3,}$/, 'page_break'],
  [/^=/, 'synopsis'],
  [/^#{1,6}/, 'section'],
  [/^>[\s\S]*<$/, 'centered'],
  [/^>/, 'transition'],
  [/^~/, 'lyrics'],
]

const HEADING_START = /^(?:int\.?\/ext|ext\.?\/int|i\.?\/e|int|ext|est)[. ]\s*\S/i

/** `INNEN. KÜCHE - TAG`, which Fountain does not know: only in capitals and with its dot, so that no sentence is one. */
export function isGermanHeading(text: string): boolean {
  return /^(?:INNEN|AUSSEN|INNEN\.?\/AUSSEN)\. *\S/.test(text) && isCapitals(text)
}

/** So clearly a heading that it is one in the middle of a paragraph too: capitals throughout, and a dot. */
export function isHeadingAnywhere(line: string): boolean {
  const text = line.trim()
  return /^(?:INT\.?\/EXT|EXT\.?\/INT|I\.?\/E|INT|EXT|EST)\. *\S/.test(text) && isCapitals(text)
}

function isCapitals(text: string): boolean {
  return /\p{Lu}/u.test(text) && text === text.toUpperCase()
}

/** Splits a cue into its name, its extensions and the mark of dual dialogue. */
export function readCue(line: string): { name: string; extensions: readonly string[]; dual: boolean } {
  const text = line.trim()
  const dual = text.endsWith('^')
  const extensions: string[] = []
  let name = (dual ? text.slice(0, -1) : text).trimEnd()
  for (;;) {
    const found = /^(.*\S)\s*\(([^()]*)\)$/.exec(name)
    if (!found) return { name, extensions, dual }
    name = found[1] ?? ''
    extensions.unshift(found[2] ?? '')
  }
}

/** Lines of a speech that would be read as something else, with the backslashes that keep them from it. */
const NEEDS_ESCAPE = /^\\*(?:\([\s\S]*\)$|~)/

export function needsEscape(line: string): boolean {
  return NEEDS_ESCAPE.test(line) || isHeadingAnywhere(line.replace(/^\\+/, ''))
}

/** Keys that open a title page. Others may follow them; a script that begins `CUT TO:` has none. */
const TITLE_KEYS =
  /^(?:title|credits?|authors?|written by|source|notes?|draft(?: date)?|date|contact(?: info)?|copyright|revision|episode|series|format|font|language)$/i

export function opensTitlePage(key: string): boolean {
  return TITLE_KEYS.test(key.trim())
}
