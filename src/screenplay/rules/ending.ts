import { visible } from '../inline.ts'
import type { Offence, Rule } from './rule.ts'

/**
 * F14: the script ends with an end mark (FADE OUT., THE END …), not in the middle of a sentence, a note or a comment.
 *
 * @example lines 4
 * ```
 * INT. KITCHEN - DAY
 *
 * ANNA
 * Is it boi
 * ```
 * @example none
 * ```
 * ANNA
 * Is it boiling?
 *
 * > FADE OUT.
 * ```
 */
export const ending: Rule = {
  code: 'F14',
  title: 'ending',
  severity: { ours: 'error', theirs: 'warn' },
  check(script) {
    const element = script.elements.findLastIndex(
      (item) => 'text' in item && PRINTED.has(item.type) && item.text !== '',
    )
    const last = script.elements[element]
    if (last === undefined || !('text' in last)) return [{ line: 1, message: 'The script is empty.' }]
    const offences: Offence[] = []
    const end = visible(last.text).trim()
    if (!END_MARK.test(end)) {
      const cut = /[.!?…"'”’)*_-]$/.test(end) ? '' : ' It may have been cut off.'
      offences.push({ element, message: `The script ends without an end mark.${cut}`, fix: 'End with "> FADE OUT."' })
    }
    for (const [at, item] of script.elements.entries()) {
      if (!('text' in item) || item.type === 'boneyard' || !/\[\[|\/\*/.test(item.text)) continue
      const unclosed = UNCLOSED.find(([open]) => open.test(visible(item.text)))
      if (unclosed) offences.push({ element: at, message: `${unclosed[1]} is opened but never closed.` })
    }
    return offences
  },
}

const PRINTED: ReadonlySet<string> = new Set([
  'action',
  'dialogue',
  'transition',
  'centered',
  'lyrics',
  'scene_heading',
])
const END_MARK = /^(?:the end|end|fade out|fade to black|cut to black|smash cut to black|blackout|end of .+)[.:!]?$/i
const UNCLOSED: readonly (readonly [RegExp, string])[] = [
  [/\[\[/, 'A note ([[)'],
  [/\/\*/, 'A boneyard (/*)'],
]
