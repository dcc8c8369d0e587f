import { readHeading } from '../heading.ts'
import { isNearDuplicate } from '../similar-names.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F09: a set has one spelling, and nothing is CONTINUOUS or SAME at the very beginning.
 *
 * @example lines 1
 * ```
 * INT. KITCHEN - CONTINUOUS
 *
 * EXT. ROAD - SAME
 * ```
 * @example lines 3, mended
 * ```
 * INT. ANNA’S HOUSE - DAY
 *
 * INT. THE ANNA'S  HOUSE - NIGHT #2#
 * ```
 * ```
 * INT. ANNA’S HOUSE - DAY
 *
 * INT. ANNA’S HOUSE - NIGHT #2#
 * ```
 * @example lines 3
 * ```
 * INT. KITCHEN - DAY
 *
 * INT. KICHEN - NIGHT
 *
 * INT. ROOM 1 - DAY
 *
 * INT. ROOM 2 - DAY
 * ```
 */
export const consistentSets: Rule = {
  code: 'F09',
  title: 'sets',
  severity: { generated: 'error', authored: 'warn' },
  check({ elements }) {
    const spellings = new Map<string, string>()
    const problems: Problem[] = []
    for (const [elementIndex, element] of elements.entries()) {
      if (element.type !== 'scene_heading') continue
      const { set, time } = readHeading(element.text)
      if (spellings.size === 0 && /^(?:continuous|same)/i.test(time ?? '')) {
        const fix = 'Begin with DAY, NIGHT or the like.'
        problems.push({
          element: elementIndex,
          message: `The first scene cannot be ${time}: nothing is before it.`,
          fix,
        })
      }
      const plain = normalizeSet(set)
      const first = spellings.get(plain)
      const similar = first === undefined ? [...spellings].find(([other]) => isNearDuplicate(other, plain)) : undefined
      if (first !== undefined && first.toUpperCase() !== set.toUpperCase() && set !== '') {
        const { at: _lines, ...heading } = element
        const replacement = [{ ...heading, text: element.text.replace(set, () => first) }]
        const autofixIfCertain = element.text.includes(set) && {
          autofix: { from: elementIndex, count: 1, replacement },
        }
        problems.push({
          element: elementIndex,
          message: `${set} is ${first}, spelled in another way.`,
          fix: `Write ${first}.`,
          ...autofixIfCertain,
        })
      } else if (similar) {
        problems.push({
          element: elementIndex,
          message: `${set} and ${similar[1]} may be one set.`,
          fix: `Spell both ${similar[1]}.`,
        })
      }
      if (first === undefined) spellings.set(plain, set)
    }
    return problems
  },
}

/** Without what people spell in different ways: articles, apostrophes, dots, blanks, dashes. */
function normalizeSet(set: string): string {
  return set
    .toUpperCase()
    .replace(/['’‘.]/g, '')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .replace(/\b(?:THE|A|AN) /g, '')
    .trim()
}
