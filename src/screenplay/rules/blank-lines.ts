import { parseFountain } from '../parse.ts'
import { readCue } from '../recognise.ts'
import type { Element, Script } from '../types.ts'
import { speakersOf } from './known.ts'
import type { Offence, Rule } from './rule.ts'

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
  severity: { ours: 'error', theirs: 'warn' },
  check(script, options) {
    const speakers = speakersOf(script, options)
    return script.elements.flatMap((_, element) => [
      ...aroundHeading(script.elements, element),
      ...afterCue(script, element, speakers),
    ])
  },
}

function aroundHeading(elements: readonly Element[], at: number): readonly Offence[] {
  const [before, item, after] = [elements[at - 1], elements[at], elements[at + 1]]
  if (item?.type !== 'scene_heading' || !item.at) return []
  const missing = [
    ...(before?.at && !isBlank(before) && before.at.to + 1 === item.at.from && !APART.has(before.type)
      ? ['above']
      : []),
    ...(after?.at && item.at.to + 1 === after.at.from && !APART.has(after.type) ? ['below'] : []),
  ]
  if (missing.length === 0) return []
  const { at: _lines, ...heading } = item
  const message = `No blank line stands ${missing.join(' or ')} the heading.`
  // Printing puts the blank lines there; the heading only forgets that it stood too close.
  return [{ element: at, message, fix: 'Add it.', mend: { from: at, count: 1, by: [heading] } }]
}

function isBlank(element: Element): boolean {
  return element.type === 'action' && element.text === ''
}

/** What needs no blank line between itself and a heading. */
const APART: ReadonlySet<Element['type']> = new Set(['section', 'synopsis', 'note', 'boneyard'])

function afterCue({ elements }: Script, at: number, speakers: ReadonlySet<string>): readonly Offence[] {
  const [item, next, afterNext] = elements.slice(at, at + 3)
  if (item?.type !== 'action' || next?.type !== 'action' || next.text === '' || /\n/.test(item.text)) return []
  const { name } = readCue(item.text)
  if (!speakers.has(name) || name !== name.toUpperCase()) return []
  const aside = /^\([^()]*\)$/.test(next.text) && afterNext?.type === 'action' && afterNext.text !== ''
  const words = aside ? `${next.text}\n${afterNext.text}` : next.text
  const by = parseFountain(`@${item.text.trim()}\n${words}`).elements.map(({ at: _lines, ...element }) => element)
  const message = `A blank line parts ${name} from what is said.`
  return [{ element: at, message, fix: 'Delete it.', mend: { from: at, count: aside ? 3 : 2, by } }]
}
