import { parseFountain } from '../fountain/parse.ts'
import { printFountain } from '../fountain/print.ts'
import type { ScriptElement } from '../types.ts'
import type { Rule } from './rule.ts'

/**
 * F17: the script printed as Fountain reads as the same script, so that it reaches other programs unchanged. Tags are
 * left out, because Fountain has no form for them. Trees built by a program may fail; text that was read seldom does.
 *
 * @example none
 * ```
 * !INT. HOUSE
 *
 * @McAVOY
 * \(Yes.)
 * ```
 */
export const roundTrip: Rule = {
  code: 'F17',
  title: 'round trip',
  checks: 'The script printed as Fountain reads as the same script.',
  severity: { generated: 'error', authored: 'warn' },
  check({ titlePage, elements }) {
    const read = parseFountain(printFountain({ titlePage, elements })).elements
    const elementIndex = elements.findIndex((element, at) => !isSameElement(element, read[at]))
    if (elementIndex < 0 && read.length === elements.length) return []
    const message = 'The paragraph reads as another element when it is printed as Fountain and read again.'
    return [{ ...(elementIndex >= 0 && { element: elementIndex }), message, fix: 'Write the paragraph differently.' }]
  },
}

function isSameElement(one: ScriptElement, other: ScriptElement | undefined): boolean {
  if (other === undefined || one.type !== other.type) return false
  if (one.type === 'character' && other.type === 'character') {
    return one.name === other.name && one.dual === other.dual && one.extensions.join() === other.extensions.join()
  }
  if (one.type === 'scene_heading' && other.type === 'scene_heading' && one.number !== other.number) return false
  return !('text' in one) || !('text' in other) || one.text === other.text
}
