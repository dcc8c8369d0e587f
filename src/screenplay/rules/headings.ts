import { readHeading } from '../heading.ts'
import { visible } from '../inline.ts'
import { recognise } from '../recognise.ts'
import type { Offence, Rule } from './rule.ts'

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
  severity: { ours: 'error', theirs: 'warn' },
  check(script) {
    return script.elements.flatMap((item, element): readonly Offence[] => {
      if (item.type === 'section' || item.type === 'scene_heading') {
        const text = visible(item.text).trim()
        const isPlain = item.type === 'scene_heading' && item.text === text
        if (!isPlain && recognise(text, 'by a blank') === 'scene_heading' && !text.startsWith('.')) {
          const message = `The heading "${item.text}" is dressed up.`
          const number = item.type === 'scene_heading' ? item.number : undefined
          const by = [{ type: 'scene_heading' as const, text, ...(number !== undefined && { number }) }]
          return [{ element, message, fix: `Write "${text}".`, mend: { from: element, count: 1, by } }]
        }
      }
      if (item.type !== 'scene_heading') return []
      const { prefix, set, time, unknownTime } = readHeading(item.text)
      const missing = [
        ...(prefix === undefined ? ['INT. or EXT.'] : []),
        ...(set === '' ? ['the set'] : []),
        ...(time === undefined && unknownTime === undefined ? ['the time of day'] : []),
      ]
      if (missing.length === 0) return []
      return [{ element, message: `The heading "${item.text}" lacks ${missing.join(' and ')}.`, fix: 'INT. SET - DAY' }]
    })
  },
}
