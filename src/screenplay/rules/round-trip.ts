import { parseFountain } from '../fountain/parse.ts'
import { printFountain } from '../fountain/print.ts'
import type { ScriptElement } from '../types.ts'
import type { Rule } from './rule.ts'

/**
 * F17: the script printed as Fountain reads as the same script, so that nothing of it changes on its way to other
 * programs; tags, which Fountain has no form for, are left out. It is made trees that may not; text that was read seldom does not.
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
  severity: { generated: 'error', authored: 'warn' },
  check({ titlePage, elements }) {
    const read = parseFountain(printFountain({ titlePage, elements })).elements
    const elementIndex = elements.findIndex((element, at) => !isSameElement(element, read[at]))
    if (elementIndex < 0 && read.length === elements.length) return []
    const message = 'It reads as something else when it is printed as Fountain and read again.'
    return [
      { ...(elementIndex >= 0 && { element: elementIndex }), message, fix: 'Write the paragraph in another way.' },
    ]
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
