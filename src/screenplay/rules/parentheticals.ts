import type { Rule } from './rule.ts'

/**
 * F13: a parenthetical has at most 60 characters, and a speech follows it.
 *
 * @example lines 4
 * ```
 * ANNA
 * (low)
 * Is it boiling?
 * (she waits)
 * ```
 */
export const parentheticals: Rule = {
  code: 'F13',
  title: 'parentheticals',
  checks: 'A parenthetical has at most 60 characters, and a speech follows it.',
  severity: { generated: 'error', authored: 'warn' },
  check(script) {
    return script.elements.flatMap((element, elementIndex) => {
      if (element.type !== 'parenthetical') return []
      const next = script.elements[elementIndex + 1]?.type
      return [
        ...(element.text.length > 60
          ? [{ element: elementIndex, message: 'The parenthetical is too long.', fix: 'Make it an action of its own.' }]
          : []),
        ...(next !== 'dialogue' && next !== 'lyrics'
          ? [
              {
                element: elementIndex,
                message: 'Nothing is said after the parenthetical.',
                fix: 'Move it above the words, or make it an action.',
              },
            ]
          : []),
      ]
    })
  },
}
