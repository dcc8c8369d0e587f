import { toPlainText } from '../emphasis.ts'
import { classifyLine } from '../fountain/classify-line.ts'
import { readHeading } from '../heading.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F03: every heading says inside or outside, a set and a time of day, in plain letters: `INT. KITCHEN - DAY`. The marks
 * of Markdown do not make one.
 *
 * @example lines 1, 5
 * ```
 * INT. KITCHEN
 *
 * Rain.
 *
 * .SOMEWHERE - NIGHT
 *
 * EXT. ROAD - DAY
 * ```
 * @example lines 1, 5, mended
 * ```
 * **INT. KITCHEN - DAY**
 *
 * Rain.
 *
 * ### EXT. ROAD - NIGHT
 *
 * # Act Two
 * ```
 * ```
 * INT. KITCHEN - DAY
 *
 * Rain.
 *
 * EXT. ROAD - NIGHT
 *
 * # Act Two
 * ```
 */
export const headings: Rule = {
  code: 'F03',
  title: 'scene headings',
  severity: { generated: 'error', authored: 'warn' },
  check(script) {
    return script.elements.flatMap((element, elementIndex): readonly Problem[] => {
      if (element.type === 'section' || element.type === 'scene_heading') {
        const text = toPlainText(element.text).trim()
        const isPlain = element.type === 'scene_heading' && element.text === text
        if (!isPlain && classifyLine(text, 'by a blank') === 'scene_heading' && !text.startsWith('.')) {
          const message = `The heading "${element.text}" is dressed up.`
          const number = element.type === 'scene_heading' ? element.number : undefined
          const replacement = [{ type: 'scene_heading' as const, text, ...(number !== undefined && { number }) }]
          return [
            {
              element: elementIndex,
              message,
              fix: `Write "${text}".`,
              autofix: { from: elementIndex, count: 1, replacement },
            },
          ]
        }
      }
      if (element.type !== 'scene_heading') return []
      const { prefix, set, time, unknownTime } = readHeading(element.text)
      const missing = [
        ...(prefix === undefined ? ['INT. or EXT.'] : []),
        ...(set === '' ? ['the set'] : []),
        ...(time === undefined && unknownTime === undefined ? ['the time of day'] : []),
      ]
      if (missing.length === 0) return []
      return [
        {
          element: elementIndex,
          message: `The heading "${element.text}" lacks ${missing.join(' and ')}.`,
          fix: 'INT. SET - DAY',
        },
      ]
    })
  },
}
