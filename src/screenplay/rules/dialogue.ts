import { toPlainText } from '../emphasis.ts'
import { wrapText } from '../layout/wrap.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F12: a speech is at most twelve lines long without a pause, and of three pages or more 20 to 70 % are dialogue; in four
 * professional scripts it is 28 to 42 %.
 *
 * @example lines 2
 * ```
 * ANNA
 * I waited for you at the window of the kitchen, where the light is grey and the rain has not stopped since the morning of the day before, and I did not move, not even when the kettle began to sing on the stove behind me, and not when the door opened, and not when somebody whom I had not seen in years came in, put down a suitcase and said nothing at all. I waited, and I would wait again, and you know it, and you knew it then.
 * ```
 */
export const dialogueLength: Rule = {
  code: 'F12',
  title: 'dialogue',
  checks: 'A speech has at most twelve lines without a pause, and of three pages or more 20 to 70 % are dialogue.',
  severity: { generated: 'warn', authored: 'info' },
  check(script) {
    const problems: Problem[] = []
    const rows = { dialogue: 0, action: 0 }
    for (const [elementIndex, element] of script.elements.entries()) {
      if (element.type === 'action') rows.action += wrapText(toPlainText(element.text), 61).length + 1
      if (element.type !== 'dialogue') continue
      const lines = wrapText(toPlainText(element.text), 35).length
      rows.dialogue += lines + 2
      if (lines > 12)
        problems.push({
          element: elementIndex,
          message: `The speech is ${lines} lines long.`,
          fix: 'Break it with an action.',
        })
    }
    const [totalRows, minRows] = [rows.dialogue + rows.action, 3 * 54]
    const share = Math.round((rows.dialogue * 100) / Math.max(1, totalRows))
    if (totalRows >= minRows && (share < 20 || share > 70))
      problems.push({ line: 1, message: `Dialogue is ${share} % of the script.` })
    return problems
  },
}
