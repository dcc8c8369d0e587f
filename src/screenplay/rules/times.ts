import { readHeading } from '../heading.ts'
import type { Rule } from './rule.ts'

/**
 * F04: the time of day in a heading is one that schedules know: DAY, NIGHT, DAWN, CONTINUOUS, LATER …
 *
 * @example lines 3
 * ```
 * INT. KITCHEN - LATER THAT NIGHT
 *
 * EXT. ROAD - WHENEVER
 * ```
 */
export const timesOfDay: Rule = {
  code: 'F04',
  title: 'times of day',
  checks: 'The time of day in a heading is a known one: DAY, NIGHT, DAWN, CONTINUOUS, LATER …',
  severity: { generated: 'error', authored: 'info' },
  check(script) {
    return script.elements.flatMap((element, elementIndex) => {
      if (element.type !== 'scene_heading') return []
      const { unknownTime } = readHeading(element.text)
      if (unknownTime === undefined) return []
      return [
        {
          element: elementIndex,
          message: `"${unknownTime}" is not a time of day.`,
          fix: 'End the heading with DAY, NIGHT or the like.',
        },
      ]
    })
  },
}
