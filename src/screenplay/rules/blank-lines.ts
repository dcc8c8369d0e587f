import { readCue } from '../fountain/classify-line.ts'
import { parseFountain } from '../fountain/parse.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { Problem, Rule } from './rule.ts'
import { findSpeakers } from './speaker-names.ts'

/**
 * F05: a blank line stands above and below every heading, and none between a name and what it says. Whether a line of
 * capitals is a name is told by its speaking elsewhere, by the cast, or by its standing so twice.
 *
 * @example lines 1, 3, mended
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
 * @example {"cast":["ANNA"]} lines 1, mended
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
  severity: { generated: 'error', authored: 'warn' },
  check(script, options) {
    const speakers = findSpeakers(script, options)
    return script.elements.flatMap((_, elementIndex) => [
      ...checkAroundHeading(script.elements, elementIndex),
      ...checkAfterCue(script, elementIndex, speakers),
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
  const message = `No blank line stands ${missing.join(' or ')} the heading.`
  // Printing puts the blank lines there; the heading only forgets that it stood too close.
  return [{ element: at, message, fix: 'Add it.', autofix: { from: at, count: 1, replacement: [heading] } }]
}

function isBlank(element: ScriptElement): boolean {
  return element.type === 'action' && element.text === ''
}

/** What needs no blank line between itself and a heading. */
const MAY_TOUCH_HEADING: ReadonlySet<ScriptElement['type']> = new Set(['section', 'synopsis', 'note', 'boneyard'])

function checkAfterCue({ elements }: Script, at: number, speakers: ReadonlySet<string>): readonly Problem[] {
  const [element, next, afterNext] = elements.slice(at, at + 3)
  if (element?.type !== 'action' || next?.type !== 'action' || next.text === '' || /\n/.test(element.text)) return []
  const { name } = readCue(element.text)
  if (!speakers.has(name) || name !== name.toUpperCase()) return []
  const aside = /^\([^()]*\)$/.test(next.text) && afterNext?.type === 'action' && afterNext.text !== ''
  const words = aside ? `${next.text}\n${afterNext.text}` : next.text
  const replacement = parseFountain(`@${element.text.trim()}\n${words}`).elements.map(
    ({ at: _lines, ...element }) => element,
  )
  const message = `A blank line parts ${name} from what is said.`
  return [{ element: at, message, fix: 'Delete it.', autofix: { from: at, count: aside ? 3 : 2, replacement } }]
}
