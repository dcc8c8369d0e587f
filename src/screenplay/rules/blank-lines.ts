import { readCue } from '../fountain/classify-line.ts'
import { parseFountain } from '../fountain/parse.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { Problem, Rule } from './rule.ts'
import { findSpeakers } from './speaker-names.ts'

/**
 * F05: a blank line is above and below every heading, and none between a cue and its dialogue. A line of capitals is a
 * cue where the cast or another cue has its name, or where it occurs so twice. An action that is a name in the middle of
 * a sentence is none, so `fix` joins a cue and its dialogue only in a generated script with a cast.
 *
 * @example lines 1, 3, fixed
 * ```
 * INT. KITCHEN - DAY
 * Rain.
 * EXT. ROAD - NIGHT
 *
 * More rain.
 * ```
 * ```
 * INT. KITCHEN - DAY
 *
 * Rain.
 *
 * EXT. ROAD - NIGHT
 *
 * More rain.
 * ```
 * @example {"mode":"generated","cast":["ANNA"]} lines 1, fixed
 * ```
 * ANNA (V.O.)
 *
 * (low)
 *
 * Is it boiling?
 *
 * BANG
 *
 * It was.
 * ```
 * ```
 * ANNA (V.O.)
 * (low)
 * Is it boiling?
 *
 * BANG
 *
 * It was.
 * ```
 */
export const blankLines: Rule = {
  code: 'F05',
  title: 'blank lines',
  checks: 'A blank line is above and below every heading, and none between a cue and its dialogue.',
  severity: { generated: 'error', authored: 'warn' },
  fixes: 'Adds the lines around headings; in a generated script with a cast, joins a cue and its dialogue.',
  check(script, options) {
    const speakers = findSpeakers(script, options)
    return script.elements.flatMap((_, elementIndex) => [
      ...checkAroundHeading(script.elements, elementIndex),
      ...checkAfterCue(script, elementIndex, speakers, options.mode === 'generated' && options.cast !== undefined),
    ])
  },
}

function checkAroundHeading(elements: readonly ScriptElement[], at: number): readonly Problem[] {
  const [before, element, after] = [elements[at - 1], elements[at], elements[at + 1]]
  if (element?.type !== 'scene_heading' || !element.at) return []
  const missing = [
    ...(before?.at && !isBlank(before) && before.at.to + 1 === element.at.from && !MAY_TOUCH_HEADING.has(before.type)
      ? ['above']
      : []),
    ...(after?.at && element.at.to + 1 === after.at.from && !MAY_TOUCH_HEADING.has(after.type) ? ['below'] : []),
  ]
  if (missing.length === 0) return []
  const { at: _lines, ...heading } = element
  const message = `The heading has no blank line ${missing.join(' or ')} it.`
  // Printing adds the blank lines, because the new heading has no place in the text.
  return [{ element: at, message, fix: 'Add it.', autofix: { from: at, count: 1, replacement: [heading] } }]
}

function isBlank(element: ScriptElement): boolean {
  return element.type === 'action' && element.text === ''
}

/** Elements that need no blank line between themselves and a heading. */
const MAY_TOUCH_HEADING: ReadonlySet<ScriptElement['type']> = new Set(['section', 'synopsis', 'note', 'boneyard'])

function checkAfterCue(
  { elements }: Script,
  at: number,
  speakers: ReadonlySet<string>,
  hasCast: boolean,
): readonly Problem[] {
  const [element, next, afterNext] = elements.slice(at, at + 3)
  if (element?.type !== 'action' || next?.type !== 'action' || next.text === '' || /\n/.test(element.text)) return []
  const { name } = readCue(element.text)
  if (!speakers.has(name) || name !== name.toUpperCase() || isInSentence(elements[at - 1], next.text.trimStart()))
    return []
  const aside = /^\([^()]*\)$/.test(next.text) && afterNext?.type === 'action' && afterNext.text !== ''
  const words = aside ? `${next.text}\n${afterNext.text}` : next.text
  const replacement = parseFountain(`@${element.text.trim()}\n${words}`).elements.map(
    ({ at: _lines, ...element }) => element,
  )
  const message = `Blank line between the cue ${name} and its dialogue.`
  const autofix = hasCast && { autofix: { from: at, count: aside ? 3 : 2, replacement } }
  return [{ element: at, message, fix: 'Delete it.', ...autofix }]
}

/** Whether a name is part of a sentence that runs over paragraphs: `Ida turns to find` / `KURT` / `behind her.` */
function isInSentence(before: ScriptElement | undefined, after: string): boolean {
  if (/^[^\p{Lu}\p{N}"'“‘«¿¡(…*_\u3000-\uFFFF]/u.test(after)) return true
  return before?.type === 'action' && before.text !== '' && !/[.!?…:"'”’)*_\]-]$|[。！？」』]$/.test(before.text.trim())
}
