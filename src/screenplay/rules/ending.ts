import { toPlainText } from '../emphasis.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F14: the script ends with an end mark (FADE OUT., THE END …), not in the middle of a sentence, a note or a comment.
 * An authored script may end without the mark.
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
  checks: 'The script ends with an end mark and not in the middle of a sentence, a note or a comment.',
  severity: { generated: 'error', authored: 'warn' },
  check(script, { mode = 'authored' }) {
    const elementIndex = script.elements.findLastIndex(
      (element) => 'text' in element && PRINTED.has(element.type) && element.text !== '',
    )
    const last = script.elements[elementIndex]
    if (last === undefined || !('text' in last)) return [{ line: 1, message: 'The script is empty.' }]
    const problems: Problem[] = []
    const end = toPlainText(last.text).trim()
    const isCut = !/[.!?…"'”’)*_:-]$/.test(end)
    // A person may have a reason to end in this way: a sample or a part of a script has no end mark.
    if (!END_MARK.test(end) && (mode === 'generated' || isCut)) {
      problems.push({
        element: elementIndex,
        message: `The script ends without an end mark.${isCut ? ' It may have been cut off.' : ''}`,
        fix: 'End with "> FADE OUT."',
      })
    }
    for (const [at, element] of script.elements.entries()) {
      if (!('text' in element) || element.type === 'boneyard' || !/\[\[|\/\*/.test(element.text)) continue
      const unclosed = UNCLOSED.find(([open]) => open.test(toPlainText(element.text)))
      if (unclosed) problems.push({ element: at, message: `${unclosed[1]} is opened but never closed.` })
    }
    return problems
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
