import { toPlainText } from '../emphasis.ts'
import { wrapText } from '../layout/wrap.ts'
import type { Rule } from './rule.ts'

/**
 * F11: an action is at most five lines long. In four professional scripts 3 of 1,093 actions are longer.
 *
 * @example lines 3
 * ```
 * She waits.
 *
 * She waits for a very long time at the window of the kitchen, where the light is grey and the rain has not stopped since the morning of the day before, and she does not move, not even when the kettle begins to sing on the stove behind her, and not when the door opens, and not when somebody whom she has not seen in years comes in, puts down a suitcase and says nothing at all.
 * ```
 */
export const longActions: Rule = {
  code: 'F11',
  title: 'length of actions',
  checks: 'An action has at most five lines.',
  severity: { generated: 'warn', authored: 'info' },
  check(script) {
    return script.elements.flatMap((element, elementIndex) => {
      if (element.type !== 'action' || element.text.length < 5 * 40) return []
      const lines = wrapText(toPlainText(element.text), 61).length
      if (lines <= 5) return []
      return [{ element: elementIndex, message: `The action is ${lines} lines long.`, fix: 'Split it in two.' }]
    })
  },
}
