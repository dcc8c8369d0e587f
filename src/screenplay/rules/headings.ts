import { readHeading } from '../heading.ts'
import type { Rule } from './rule.ts'

/** F03: every heading says inside or outside, a set and a time of day: `INT. KITCHEN - DAY`. */
export const headings: Rule = {
  code: 'F03',
  title: 'scene headings',
  severity: { ours: 'error', theirs: 'warn' },
  check(script) {
    return script.elements.flatMap((item, element) => {
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
