import { readHeading } from '../heading.ts'
import { isNearDuplicate } from '../names.ts'
import type { Offence, Rule } from './rule.ts'

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
export const sets: Rule = {
  code: 'F09',
  title: 'sets',
  severity: { ours: 'error', theirs: 'warn' },
  check({ elements }) {
    const spellings = new Map<string, string>()
    const offences: Offence[] = []
    for (const [element, item] of elements.entries()) {
      if (item.type !== 'scene_heading') continue
      const { set, time } = readHeading(item.text)
      if (spellings.size === 0 && /^(?:continuous|same)/i.test(time ?? '')) {
        const fix = 'Begin with DAY, NIGHT or the like.'
        offences.push({ element, message: `The first scene cannot be ${time}: nothing is before it.`, fix })
      }
      const plain = plainSet(set)
      const first = spellings.get(plain)
      const twin = first === undefined ? [...spellings].find(([other]) => isNearDuplicate(other, plain)) : undefined
      if (first !== undefined && first.toUpperCase() !== set.toUpperCase() && set !== '') {
        const { at: _lines, ...heading } = item
        const by = [{ ...heading, text: item.text.replace(set, () => first) }]
        const sure = item.text.includes(set) && { mend: { from: element, count: 1, by } }
        offences.push({
          element,
          message: `${set} is ${first}, spelled in another way.`,
          fix: `Write ${first}.`,
          ...sure,
        })
      } else if (twin) {
        offences.push({ element, message: `${set} and ${twin[1]} may be one set.`, fix: `Spell both ${twin[1]}.` })
      }
      if (first === undefined) spellings.set(plain, set)
    }
    return offences
  },
}

/** Without what people spell in different ways: articles, apostrophes, dots, blanks, dashes. */
function plainSet(set: string): string {
  return set
    .toUpperCase()
    .replace(/['’‘.]/g, '')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .replace(/\b(?:THE|A|AN) /g, '')
    .trim()
}
